package mapping

import "testing"

// The shared data sets are recognised without a word from the user.
func TestProposeSharedSets(t *testing.T) {
	for _, folder := range []string{"maven_crm_sales", "salesforce_dev_org"} {
		t.Run(folder, func(t *testing.T) {
			p, err := Propose(describeAll(t, sharedFolder(t, "data", "crm", folder)), Wish{})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Questions) > 0 {
				t.Errorf("asks %v", p.Questions)
			}
			for _, table := range p.Tables {
				if (table.Object == "") != (table.Name == "data_dictionary") {
					t.Errorf("%s is taken for %q: %v", table.Name, table.Object, table.Reason)
				}
			}
		})
	}
}
