package identity_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

func appendAudit(ctx context.Context, d *db.DB, entries ...identity.AuditEntry) error {
	info := db.TxInfo{Actor: value.Actor{Person: value.SeededID(1, 1, 1), Name: "Anna\x00 \xff"}, Source: "web", At: noon}
	return d.Write(ctx, info, func(tx *db.Tx) error { return identity.AppendAudit(ctx, tx, entries...) })
}

// appendMany makes a log of n entries.
func appendMany(t testing.TB, d *db.DB, n int) {
	t.Helper()
	ctx := identity.WithAddress(t.Context(), netip.MustParseAddr("192.0.2.1"))
	for i := range n {
		entry := identity.AuditEntry{Action: "deal.move", Object: "deal", Record: value.SeededID(2, 1, uint64(i)), Detail: map[string]any{"n": i}}
		if err := appendAudit(ctx, d, entry); err != nil {
			t.Fatal(err)
		}
	}
}

func verifyAudit(t testing.TB, d *db.DB, marks ...identity.AuditMark) (r identity.AuditReport) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		r, err = identity.VerifyAudit(t.Context(), tx, marks...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func listAudit(t testing.TB, d *db.DB, q identity.AuditQuery) (records []identity.AuditRecord) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		records, err = identity.ListAudit(t.Context(), tx, q)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestAuditTellsWhoDidWhat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if r := verifyAudit(t, d); r != (identity.AuditReport{}) {
			t.Errorf("an empty log: %+v", r)
		}
		appendMany(t, d, 2)
		records := listAudit(t, d, identity.AuditQuery{})
		if len(records) != 2 || records[0].No != 2 || records[1].No != 1 {
			t.Fatalf("records %+v", records)
		}
		r := records[0]
		if r.Person != value.SeededID(1, 1, 1) || r.Actor != "Anna \ufffd" || r.Source != "web" || r.Action != "deal.move" || r.Object != "deal" ||
			r.Record != value.SeededID(2, 1, 1) || string(r.Detail) != `{"n":1}` || r.Address != "192.0.2.1" || r.At != noon || r.TxNo == 0 {
			t.Errorf("record %+v", r)
		}
		if records[1].PrevHash != "" || r.PrevHash != records[1].Hash {
			t.Error("the records are not a chain")
		}
		if report := verifyAudit(t, d); report.Broken != 0 || report.Records != 2 || report.Head != (identity.AuditMark{No: 2, Hash: r.Hash}) {
			t.Errorf("report %+v", report)
		}
	})
}

func TestAuditIsListedByPagesAndFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		appendMany(t, d, 25)
		if err := appendAudit(t.Context(), d, identity.AuditEntry{Action: "export"}); err != nil {
			t.Fatal(err)
		}
		var seen []int64
		for q := (identity.AuditQuery{Limit: 10}); ; {
			page := listAudit(t, d, q)
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				seen = append(seen, r.No)
			}
			q.Before = page[len(page)-1].No
		}
		if len(seen) != 26 || seen[0] != 26 || seen[25] != 1 {
			t.Errorf("pages give %v", seen)
		}
		for want, q := range map[int]identity.AuditQuery{
			25: {Object: "deal"}, 1: {Record: value.SeededID(2, 1, 3)}, 26: {Person: value.SeededID(1, 1, 1), From: noon, To: noon + 1},
			0: {To: noon}, 7: {Action: "deal.move", Before: 8},
		} {
			if got := listAudit(t, d, q); len(got) != want {
				t.Errorf("%+v gives %d, want %d", q, len(got), want)
			}
		}
		if got := listAudit(t, d, identity.AuditQuery{Action: "' OR TRUE --\x00"}); len(got) != 0 {
			t.Errorf("a filter became SQL: %d", len(got))
		}
	})
}

// TestAuditFindsEveryChange spoils one column, or one row, of a copy of the same log after the other.
func TestAuditFindsEveryChange(t *testing.T) {
	spoils := map[string]string{
		"at": `at = at + 1`, "nobody": `person_id = NULL`, "actor": `actor = actor || ' '`, "source": `source = 'api'`, "action": `action = 'deal.move '`,
		"object": `object = ''`, "no record": `record_id = NULL`, "detail": `detail = '{"n": 1}'`, "address": `address = ''`, "tx_no": `tx_no = tx_no + 1`,
		"prev_hash": `prev_hash = hash`, "hash": `hash = prev_hash`, "no": `no = 100`, "between fields": `action = 'deal.moved', object = 'eal'`,
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		appendMany(t, d, 4)
		for name, spoil := range spoils {
			for no := int64(1); no <= 4; no++ {
				// sql: the assignments above
				if r := verifySpoiled(t, d, `UPDATE identity_audit SET `+spoil+` WHERE no = $1`, no); r.Broken != no {
					t.Errorf("%s of entry %d: %+v", name, no, r)
				}
			}
		}
		for no := int64(1); no <= 4; no++ {
			if r := verifySpoiled(t, d, `DELETE FROM identity_audit WHERE no = $1`, no); r.Broken != no {
				t.Errorf("entry %d was deleted: %+v", no, r)
			}
		}
		for _, spoil := range []string{`DELETE FROM identity_audit_head WHERE only_row = $1`, `UPDATE identity_audit_head SET no = no - $1`,
			`UPDATE identity_audit_head SET hash = '' WHERE only_row = $1`} {
			if r := verifySpoiled(t, d, spoil, 1); r.Broken == 0 {
				t.Errorf("%s is not found", spoil)
			}
		}
		if r := verifyAudit(t, d); r.Broken != 0 {
			t.Fatalf("the log was not spoiled on copies only: %+v", r)
		}
	})
}

var errUndo = errors.New("undo")

// verifySpoiled verifies the log after a statement whose effect is then undone.
func verifySpoiled(t *testing.T, d *db.DB, statement string, args ...any) (r identity.AuditReport) {
	t.Helper()
	err := d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
		changed, err := tx.Exec(t.Context(), statement, args...)
		if err != nil || changed != 1 {
			t.Fatalf("%s changes %d rows: %v", statement, changed, err)
		}
		if r, err = identity.VerifyAudit(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
	return r
}

// TestAuditBytes changes any byte of any text.
func TestAuditBytes(t *testing.T) {
	d := dbtest.SQLite(t)
	appendMany(t, d, 3)
	records := listAudit(t, d, identity.AuditQuery{})
	rapid.Check(t, func(rt *rapid.T) {
		r := records[rapid.IntRange(0, 2).Draw(rt, "record")]
		texts := map[string]string{"actor": r.Actor, "source": r.Source, "action": r.Action, "object": r.Object, "detail": string(r.Detail),
			"address": r.Address, "hash": r.Hash, "prev_hash": r.PrevHash}
		column := rapid.SampledFrom([]string{"actor", "source", "action", "object", "detail", "address", "hash", "prev_hash"}).Draw(rt, "column")
		changed := []byte(texts[column] + "x")
		changed = changed[:len(changed)-rapid.IntRange(0, min(1, len(changed)-1)).Draw(rt, "shorter")]
		if len(changed) > 0 {
			changed[rapid.IntRange(0, len(changed)-1).Draw(rt, "byte")] ^= byte(rapid.IntRange(0, 127).Draw(rt, "bits"))
		}
		if string(changed) == texts[column] {
			return
		}
		// sql: a column of the list above
		report := verifySpoiled(t, d, `UPDATE identity_audit SET `+column+` = $1 WHERE no = $2`, string(changed), r.No)
		if report.Broken != r.No {
			rt.Fatalf("%s %q: %+v", column, changed, report)
		}
	})
}

// TestMarkedAuditCannotBeRewritten has somebody write the whole log anew, with right hashes.
func TestMarkedAuditCannotBeRewritten(t *testing.T) {
	d := dbtest.SQLite(t)
	appendMany(t, d, 3)
	mark := verifyAudit(t, d).Head
	if parsed, err := identity.ParseAuditMark(mark.String()); err != nil || parsed != mark {
		t.Errorf("mark %s is read as %+v: %v", mark, parsed, err)
	}
	for _, text := range []string{"", "3", "x:" + mark.Hash, "0:" + mark.Hash, "3:" + strings.ToUpper(mark.Hash), "3:abc"} {
		if _, err := identity.ParseAuditMark(text); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q is read as a mark", text)
		}
	}
	appendMany(t, d, 2)
	if r := verifyAudit(t, d, mark); r.Broken != 0 {
		t.Errorf("the mark of an entry further back: %+v", r)
	}
	must(t, d, func(tx *db.Tx) error {
		if _, err := tx.Exec(t.Context(), `DELETE FROM identity_audit`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `DELETE FROM identity_audit_head`)
		return err
	})
	if r := verifyAudit(t, d, mark); r.Broken != 1 {
		t.Errorf("an emptied log: %+v", r)
	}
	if err := appendAudit(t.Context(), d, make([]identity.AuditEntry, 5)...); err != nil {
		t.Fatal(err)
	}
	if r := verifyAudit(t, d); r.Broken != 0 {
		t.Errorf("a log written anew is whole in itself: %+v", r)
	}
	if r := verifyAudit(t, d, mark); r.Broken != 3 {
		t.Errorf("but not what was marked: %+v", r)
	}
}

// TestConcurrentAppendsKeepOneChain appends from two handles, as two processes would; some give up afterwards.
func TestConcurrentAppendsKeepOneChain(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		const writers, each = 8, 15
		handles := []*db.DB{dbtest.Open(t, cfg), dbtest.Open(t, cfg)}
		var all sync.WaitGroup
		var mu sync.Mutex
		kept := 0
		for w := range writers {
			all.Go(func() {
				random := rand.New(rand.NewPCG(7, uint64(w)))
				for i := range each {
					entries := make([]identity.AuditEntry, 1+random.IntN(3))
					for n := range entries {
						entries[n] = identity.AuditEntry{Action: fmt.Sprintf("writer %d, transaction %d, entry %d", w, i, n)}
					}
					giveUp := random.IntN(4) == 0
					err := handles[w%2].Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
						if err := identity.AppendAudit(t.Context(), tx, entries...); err != nil {
							return err
						}
						if giveUp {
							return errUndo
						}
						return nil
					})
					if giveUp != errors.Is(err, errUndo) || !giveUp && err != nil {
						t.Error(err)
					}
					if err == nil {
						mu.Lock()
						kept += len(entries)
						mu.Unlock()
					}
				}
			})
		}
		all.Wait()
		if r := verifyAudit(t, handles[0]); r.Broken != 0 || r.Records != int64(kept) {
			t.Errorf("%d entries were kept: %+v", kept, r)
		}
	})
}

// TestAppendHoldsUpNoOtherWrites writes something else while a transaction that has appended goes on.
func TestAppendHoldsUpNoOtherWrites(t *testing.T) {
	d := dbtest.Postgres(t) // SQLite's writers take turns anyway
	must(t, d, func(tx *db.Tx) error {
		if err := identity.AppendAudit(t.Context(), tx, identity.AuditEntry{Action: "first"}); err != nil {
			return err
		}
		must(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO identity_settings (name, value) VALUES ('other', 'x')`)
			return err
		})
		return nil
	})
}

// TestAccessChangesAreAudited does everything to an account that there is.
func TestAccessChangesAreAudited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "boss", "owner")
		anna := addLogin(t, d, "anna", "rep")
		s := mustSignIn(t, d, "anna", noon)
		if _, err := signIn(d, "anna@example.com", "wrong horse", "", noon); !isWrong(err) {
			t.Fatal(err)
		}
		if _, err := signIn(d, "secret typed by mistake", "wrong horse", "", noon); !isWrong(err) {
			t.Fatal(err)
		}
		ctx := t.Context()
		must(t, d, func(tx *db.Tx) error {
			return errors.Join(identity.RevokeSession(ctx, tx, anna.Person, s.Session.ID), identity.SetPassword(ctx, tx, "anna@example.com", "another horse"),
				identity.DisableLogin(ctx, tx, "anna@example.com", true), identity.DisableLogin(ctx, tx, "anna@example.com", false),
				identity.SaveRole(ctx, tx, supportRole()), identity.DeleteRole(ctx, tx, "support"), identity.SaveSettings(ctx, tx, identity.DefaultSettings()))
		})
		want := []string{"login.add", "login.add", "sign-in", "sign-in.failed", "sign-in.failed", "session.revoke", "password.set", "login.disable",
			"login.enable", "role.save", "role.delete", "settings.save"}
		records := listAudit(t, d, identity.AuditQuery{})
		if len(records) != len(want) {
			t.Fatalf("%d entries, want %d", len(records), len(want))
		}
		for i, r := range records {
			action := want[len(want)-1-i]
			if text := fmt.Sprintf("%+v %s", r, r.Detail); r.Action != action || strings.Contains(text, "horse") || strings.Contains(text, "mistake") ||
				strings.Contains(text, s.Secret) {
				t.Errorf("entry %d is %s, want %s", r.No, text, action)
			}
			if strings.HasPrefix(action, "sign-in") && r.Address != "192.0.2.7" {
				t.Errorf("%s from %q", action, r.Address)
			}
		}
	})
}
