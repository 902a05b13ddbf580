package main

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

func TestVerifyFollowsTheAuditLog(t *testing.T) {
	dir := t.TempDir()
	flags := []string{"--data", dir}
	ok(t, with(flags, "user", "add", "anna@example.com", "--name", "Anna", "--role", "owner")...)
	ok(t, with(flags, "user", "add", "bob@example.com", "--name", "Bob", "--role", "rep")...)
	code, out, problem := cli(t, with(flags, "verify")...)
	mark := regexp.MustCompile(`2:[0-9a-f]{64}`).FindString(problem)
	if code != exitOK || mark == "" || !strings.Contains(out, "audit log") {
		t.Fatalf("exit code %d\n%s%s", code, out, problem)
	}
	ok(t, with(flags, "user", "role", "bob@example.com", "manager")...)
	if code, _, problem := cli(t, with(flags, "user", "role", "anna@example.com", "rep")...); code != exitFailure || !strings.Contains(problem, "nobody would be left") {
		t.Errorf("the last owner: exit code %d, %s", code, problem)
	}
	ok(t, with(flags, "verify", "--audit-mark", mark)...)
	if code, _, problem := cli(t, with(flags, "verify", "--audit-mark", "3")...); code != exitFailure || !strings.Contains(problem, "mark") {
		t.Errorf("no mark: exit code %d, %s", code, problem)
	}
	other := "2:" + strings.Repeat("0", 64)
	if code, out, _ := cli(t, with(flags, "verify", "--audit-mark", other)...); code != exitFailure || !strings.Contains(out, "entry 2 is not") {
		t.Errorf("another mark: exit code %d\n%s", code, out)
	}
	d := dbtest.Open(t, db.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	err := d.Write(context.Background(), db.TxInfo{}, func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `UPDATE identity_audit SET action = 'login.none' WHERE no = 2`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if code, out, _ := cli(t, with(flags, "verify")...); code != exitFailure || !strings.Contains(out, "entry 2 was changed") {
		t.Errorf("a changed entry: exit code %d\n%s", code, out)
	}
}
