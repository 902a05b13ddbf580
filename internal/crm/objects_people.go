package crm

import "zveno.dev/zveno/internal/identity"

// peopleObjects are kept by package identity and described here so that they import, list and export like any other.
var peopleObjects = []*Object{
	{
		Name: "team", Plural: "teams", Label: Label{"Team", "Команда"},
		Table: identity.Teams,
		Fields: []Field{
			{Name: "name", Kind: Text, Required: true, Search: true, Label: Label{"Name", "Название"}},
			{Name: "parent", Kind: Reference, Ref: "team", Label: Label{"Parent team", "Вышестоящая команда"}},
			{Name: "region", Kind: Text, Label: Label{"Region", "Регион"}},
			{Name: "manager", Kind: Reference, Ref: "person", Label: Label{"Manager", "Руководитель"}},
		},
	},
	{
		Name: "person", Plural: "people", Label: Label{"Person", "Сотрудник"},
		Table: identity.People,
		Fields: []Field{
			{Name: "name", Kind: Text, Required: true, Search: true, Label: Label{"Name", "Имя"}},
			{Name: "email", Kind: Text, Search: true, Label: Label{"E-mail", "Эл. почта"}},
			{Name: "title", Kind: Text, Label: Label{"Job title", "Должность"}},
			{Name: "team", Kind: Reference, Ref: "team", Label: Label{"Team", "Команда"}},
			{Name: "active", Kind: Bool, Label: Label{"Active", "Работает"}},
			{Name: "hired", Kind: Day, Label: Label{"Hired", "Принят"}},
			{Name: "left", Kind: Day, Label: Label{"Left", "Уволен"}},
		},
	},
}
