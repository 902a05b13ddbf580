package identity_test

import (
	"context"
	"slices"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

const password = "correct horse"

// must runs a transaction that has to succeed.
func must(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), db.TxInfo{Actor: value.System("test"), Source: "test"}, fn); err != nil {
		t.Fatal(err)
	}
}

// addLogin makes a person who signs in as name@example.com.
func addLogin(t testing.TB, d *db.DB, name, role string) (login identity.Login) {
	t.Helper()
	must(t, d, func(tx *db.Tx) (err error) {
		login, err = identity.CreateLogin(t.Context(), tx, identity.LoginNew{Name: name, Email: name + "@example.com", Role: role, Password: password})
		return err
	})
	return login
}

func loadAccess(t testing.TB, d *db.DB, person value.ID) (a identity.Access, err error) {
	t.Helper()
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		a, err = identity.LoadAccess(t.Context(), tx, person)
		return err
	})
	return a, err
}

func TestAccessFollowsRoleAndSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna := addLogin(t, d, "anna", "analyst")
		a, err := loadAccess(t, d, anna.Person)
		if err != nil {
			t.Fatal(err)
		}
		if a.Person != anna.Person || a.Name != "anna" || a.Email != "anna@example.com" || a.Lang != "en" || a.Role.Name != "analyst" {
			t.Errorf("access %+v", a)
		}
		if !a.Scope.All || !a.May(identity.Import) || a.May(identity.DealsEdit) || fault.KindOf(a.Require(identity.Import, identity.DealsEdit)) != fault.Forbidden {
			t.Error("an analyst sees all, imports, and edits nothing")
		}
		if where := a.EditScope.SQL("owner_id", &[]any{}); where != "(FALSE)" {
			t.Errorf("an analyst changes rows where %s", where)
		}
		if a.Actor() != (value.Actor{Person: anna.Person, Name: "anna"}) {
			t.Errorf("actor %+v", a.Actor())
		}
		s := identity.DefaultSettings()
		s.Locale = "ru"
		must(t, d, func(tx *db.Tx) error { return identity.SaveSettings(t.Context(), tx, s) })
		if a, err := loadAccess(t, d, anna.Person); err != nil || a.Lang != "ru" {
			t.Errorf("language %q, error %v; want the company's", a.Lang, err)
		}
	})
}

func TestAccessIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "boss", "administrator")
		bob := addLogin(t, d, "bob", "rep")
		if _, err := loadAccess(t, d, value.NewID()); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("unknown person: %v", err)
		}
		must(t, d, func(tx *db.Tx) error { return identity.DisableLogin(t.Context(), tx, "bob@example.com", true) })
		if a, err := loadAccess(t, d, bob.Person); fault.KindOf(err) != fault.Forbidden || a.May(identity.RecordsView) {
			t.Errorf("disabled login: %+v, %v", a, err)
		}
		var nobody identity.Access
		if nobody.May(identity.RecordsView) || nobody.Scope.SQL("owner_id", &[]any{}) != "(FALSE)" {
			t.Error("the zero Access may do something")
		}
	})
}

// TestRoleThatIsGoneAllowsNothing stores a role that this program does not know.
func TestRoleThatIsGoneAllowsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bob := addLogin(t, d, "bob", "owner")
		must(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE identity_logins SET role = 'gone' WHERE person_id = $1`, bob.Person)
			return err
		})
		a, err := loadAccess(t, d, bob.Person)
		if err != nil || len(a.Role.Capabilities) > 0 || a.Scope.SQL("owner_id", &[]any{}) != "(FALSE)" {
			t.Errorf("access %+v, error %v", a, err)
		}
	})
}

func TestBuiltInRoles(t *testing.T) {
	business := []identity.Capability{identity.DealsEdit, identity.DealsReassign, identity.RecordsEdit, identity.RecordsDelete,
		identity.ChangesUndo, identity.CatalogEdit, identity.Import, identity.RatesEdit}
	want := []string{"rep", "manager", "analyst", "operations", "director", "vp", "finance", "administrator", "owner"}
	for i, r := range identity.BuiltInRoles() {
		if r.Name != want[i] || !r.BuiltIn || r.Label.In("en") == "" || r.Label.In("ru") == r.Label.In("en") {
			t.Errorf("role %d is %+v, want %s", i, r, want[i])
		}
		edits := slices.ContainsFunc(business, r.Allows)
		if r.Name == "administrator" && (edits || r.EditReach != identity.ReachNone) {
			t.Error("an administrator does business")
		}
		if r.Name != "administrator" && r.Name != "owner" && r.Allows(identity.PeopleManage) {
			t.Errorf("%s manages people", r.Name)
		}
		if r.Name == "owner" && len(r.Capabilities) != len(identity.Capabilities) {
			t.Error("an owner may not do everything")
		}
	}
}

func supportRole() identity.Role {
	return identity.Role{Name: "support", Label: identity.Label{En: "Support", Ru: "Поддержка"}, Reach: identity.ReachTeam, EditReach: identity.ReachOwn,
		Capabilities: []identity.Capability{identity.RecordsEdit, identity.RecordsView, identity.RecordsEdit}}
}

func saveRole(ctx context.Context, d *db.DB, by value.ID, r identity.Role) error {
	return d.Write(ctx, db.TxInfo{Actor: value.Actor{Person: by}}, func(tx *db.Tx) error { return identity.SaveRole(ctx, tx, r) })
}

func TestCompanyRole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := saveRole(t.Context(), d, value.ID{}, supportRole()); err != nil {
			t.Fatal(err)
		}
		sam := addLogin(t, d, "sam", "support")
		a, err := loadAccess(t, d, sam.Person)
		if err != nil || !a.May(identity.RecordsEdit) || a.May(identity.DealsEdit) || a.Role.BuiltIn || len(a.Role.Capabilities) != 2 {
			t.Errorf("access %+v, error %v", a, err)
		}
		must(t, d, func(tx *db.Tx) error {
			roles, err := identity.ListRoles(t.Context(), tx)
			if len(roles) != 10 || roles[9].Name != "support" || roles[9].Label.Ru != "Поддержка" {
				t.Errorf("roles %+v", roles)
			}
			return err
		})
		r := supportRole()
		r.Capabilities = append(r.Capabilities, identity.Export)
		if err := saveRole(t.Context(), d, sam.Person, r); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("somebody changed the own role: %v", err)
		}
		if err := saveRole(t.Context(), d, value.NewID(), r); err != nil {
			t.Error(err)
		}
		if a, err := loadAccess(t, d, sam.Person); err != nil || !a.May(identity.Export) {
			t.Errorf("the changed role has no effect: %+v, %v", a, err)
		}
		deleteRole := func(name string) error {
			return write(t, d, 0, func(ctx context.Context, tx *db.Tx) error { return identity.DeleteRole(ctx, tx, name) })
		}
		for name, want := range map[string]fault.Kind{"support": fault.Conflict, "rep": fault.Invalid, "none": fault.NotFound} {
			if err := deleteRole(name); fault.KindOf(err) != want {
				t.Errorf("delete %s: %v, want %s", name, err, want)
			}
		}
	})
}

func TestWrongRolesAreRefusedByName(t *testing.T) {
	for field, spoil := range map[string]func(*identity.Role){
		"name":         func(r *identity.Role) { r.Name = "operations" },
		"label_en":     func(r *identity.Role) { r.Label.En = " " },
		"label_ru":     func(r *identity.Role) { r.Label.Ru = "a\x00" },
		"capabilities": func(r *identity.Role) { r.Capabilities = append(r.Capabilities, "root") },
		"reach":        func(r *identity.Role) { r.Reach, r.EditReach = "", "" },
		"edit_reach":   func(r *identity.Role) { r.EditReach = identity.ReachAll },
	} {
		d, r := dbtest.SQLite(t), supportRole()
		spoil(&r)
		err := saveRole(t.Context(), d, value.ID{}, r)
		if fields := fault.FieldsOf(err); fault.KindOf(err) != fault.Invalid || len(fields) != 1 || fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestCompanyRoleKeepsAnAdministrator takes the management of people from the only role that has it.
func TestCompanyRoleKeepsAnAdministrator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := supportRole()
		r.Capabilities = append(r.Capabilities, identity.PeopleManage)
		if err := saveRole(t.Context(), d, value.ID{}, r); err != nil {
			t.Fatal(err)
		}
		addLogin(t, d, "sam", "support")
		if err := saveRole(t.Context(), d, value.ID{}, supportRole()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the last role that manages people lost it: %v", err)
		}
		addLogin(t, d, "boss", "owner")
		if err := saveRole(t.Context(), d, value.ID{}, supportRole()); err != nil {
			t.Error(err)
		}
	})
}
