package identity

import (
	"context"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

// TestUnknownAddressCostsAsMuch holds the hash of unknown addresses against a real one: what they name decides the cost.
func TestUnknownAddressCostsAsMuch(t *testing.T) {
	hash, err := hashPassword(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	known, unknown := strings.Split(hash, "$"), strings.Split(unknownHash, "$")
	for part := range 4 {
		if known[part] != unknown[part] {
			t.Errorf("hashes are made with %q and, of unknown addresses, with %q", known[part], unknown[part])
		}
	}
	if len(hash) != len(unknownHash) || known[1] != "argon2id" || known[3] != "m=19456,t=2,p=1" {
		t.Errorf("hash %s, of unknown addresses %s", hash, unknownHash)
	}
}

// TestUnknownAddressIsHashedToo looks at what the password of an address that nobody has is compared with.
func TestUnknownAddressIsHashedToo(t *testing.T) {
	err := dbtest.SQLite(t).Read(t.Context(), func(tx *db.Tx) error {
		c, err := readCredentials(t.Context(), tx, "nobody@example.com")
		if c.hash != unknownHash || !c.person.IsZero() {
			t.Errorf("compared with %+v", c)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPasswordMatches(t *testing.T) {
	hash, err := hashPassword(t.Context(), "пароль длинный")
	if err != nil {
		t.Fatal(err)
	}
	again, err := hashPassword(t.Context(), "пароль длинный")
	if err != nil || again == hash {
		t.Error("two hashes of one password are the same: there is no salt")
	}
	for stored, want := range map[string]bool{hash: true, again: true, unknownHash: false, "": false, "$argon2id$v=19$m=1,t=0,p=0$$": false,
		hash[:len(hash)-1] + "!": false, strings.Replace(hash, "t=2", "t=3", 1): false} {
		if got, err := matchesPassword(t.Context(), stored, "пароль длинный"); got != want || err != nil {
			t.Errorf("%q matches: %v, %v", stored, got, err)
		}
	}
}

// TestHashesAtOnceAreBounded fills every place.
func TestHashesAtOnceAreBounded(t *testing.T) {
	if mib := cap(hashing) * argonMemoryKiB >> 10; mib > 100 {
		t.Errorf("hashes may take %d MiB at once", mib)
	}
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := hashPassword(ctx, "correct horse")
	for range cap(hashing) {
		<-hashing
	}
	if err == nil {
		t.Error("one more hash was made")
	}
}
