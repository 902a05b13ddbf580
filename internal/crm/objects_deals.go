package crm

// dealObjects are the objects of the sales process.
var dealObjects = []*Object{
	{
		Name: "pipeline", Plural: "pipelines", Label: Label{"Pipeline", "Воронка"},
		Fields: []Field{
			{Name: "name", Kind: Text, Required: true, Search: true, Label: Label{"Name", "Название"}},
			{Name: "position", Kind: Integer, Label: Label{"Position", "Порядок"}},
		},
	},
	{
		Name: "stage", Plural: "stages", Label: Label{"Stage", "Этап"},
		Fields: []Field{
			{Name: "pipeline", Kind: Reference, Ref: "pipeline", Required: true, Label: Label{"Pipeline", "Воронка"}},
			{Name: "name", Kind: Text, Required: true, Search: true, Label: Label{"Name", "Название"}},
			{Name: "position", Kind: Integer, Label: Label{"Position", "Порядок"}},
			{Name: "outcome", Kind: Choice, Choices: []string{"open", "won", "lost", "no_decision"}, Label: Label{"Outcome", "Исход"}},
			{Name: "probability", Kind: Number, Label: Label{"Probability", "Вероятность"}},
			{Name: "forecast_category", Kind: Choice, Choices: []string{"pipeline", "best_case", "commit", "closed", "omitted"}, Label: Label{"Forecast category", "Категория прогноза"}},
			{Name: "qualified", Kind: Bool, Label: Label{"Qualified", "Квалифицирован"}},
		},
	},
	{
		Name: "deal", Plural: "deals", Label: Label{"Deal", "Сделка"},
		Fields: []Field{
			{Name: "name", Kind: Text, Required: true, Search: true, Label: Label{"Name", "Название"}},
			{Name: "account", Kind: Reference, Ref: "account", Label: Label{"Account", "Компания"}},
			{Name: "contact", Kind: Reference, Ref: "contact", Label: Label{"Primary contact", "Основной контакт"}},
			{Name: "owner", Kind: Reference, Ref: "person", Label: Label{"Owner", "Ответственный"}},
			{Name: "stage", Kind: Reference, Ref: "stage", Required: true, Label: Label{"Stage", "Этап"}},
			{Name: "amount", Kind: Money, Label: Label{"Amount", "Сумма"}},
			{Name: "currency", Kind: Text, Label: Label{"Currency", "Валюта"}},
			{Name: "probability", Kind: Number, Label: Label{"Probability", "Вероятность"}},
			{Name: "forecast_category", Kind: Choice, Choices: []string{"pipeline", "best_case", "commit", "closed", "omitted"}, Label: Label{"Forecast category", "Категория прогноза"}},
			{Name: "close", Kind: Day, Label: Label{"Close date", "Дата закрытия"}},
			{Name: "kind", Kind: Text, Label: Label{"Type", "Тип"}},
			{Name: "source", Kind: Text, Label: Label{"Source", "Источник"}},
			{Name: "lost_reason", Kind: Text, Label: Label{"Lost reason", "Причина проигрыша"}},
			{Name: "next_step", Kind: Text, Label: Label{"Next step", "Следующий шаг"}},
			{Name: "campaign", Kind: Reference, Ref: "campaign", Label: Label{"Campaign", "Кампания"}},
			{Name: "product", Kind: Reference, Ref: "product", Label: Label{"Main product", "Основной продукт"}},
			{Name: "description", Kind: Text, Label: Label{"Description", "Описание"}},
		},
	},
	{
		Name: "line_item", Plural: "line_items", Label: Label{"Line item", "Позиция сделки"},
		Fields: []Field{
			{Name: "deal", Kind: Reference, Ref: "deal", Required: true, Label: Label{"Deal", "Сделка"}},
			{Name: "product", Kind: Reference, Ref: "product", Label: Label{"Product", "Продукт"}},
			{Name: "name", Kind: Text, Search: true, Label: Label{"Name", "Название"}},
			{Name: "quantity", Kind: Number, Label: Label{"Quantity", "Количество"}},
			{Name: "list_price", Kind: Money, Label: Label{"List price", "Цена по прайсу"}},
			{Name: "price", Kind: Money, Label: Label{"Sales price", "Цена продажи"}},
			{Name: "total", Kind: Money, Label: Label{"Total", "Итого"}},
			{Name: "currency", Kind: Text, Label: Label{"Currency", "Валюта"}},
		},
	},
	{
		Name: "quota", Plural: "quotas", Label: Label{"Quota", "План продаж"},
		Fields: []Field{
			{Name: "person", Kind: Reference, Ref: "person", Label: Label{"Person", "Сотрудник"}},
			{Name: "team", Kind: Reference, Ref: "team", Label: Label{"Team", "Команда"}},
			{Name: "measure", Kind: Text, Label: Label{"Measure", "Показатель"}},
			{Name: "first", Kind: Day, Required: true, Label: Label{"First day", "Первый день"}},
			{Name: "last", Kind: Day, Required: true, Label: Label{"Last day", "Последний день"}},
			{Name: "amount", Kind: Money, Label: Label{"Amount", "Сумма"}},
			{Name: "currency", Kind: Text, Label: Label{"Currency", "Валюта"}},
		},
	},
	{
		Name: "rate", Plural: "rates", Label: Label{"Exchange rate", "Курс валюты"},
		Fields: []Field{
			{Name: "currency", Kind: Text, Required: true, Label: Label{"Currency", "Валюта"}},
			{Name: "day", Kind: Day, Required: true, Label: Label{"Day", "День"}},
			{Name: "rate", Kind: Number, Required: true, Label: Label{"Rate", "Курс"}},
		},
	},
}
