package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Passwords are kept as Argon2id hashes (RFC 9106) with the parameters that OWASP recommends for interactive logins:
// 19 MiB, 2 passes, 1 lane.
const (
	argonMemoryKiB = 19 * 1024
	argonPasses    = 2
	argonLanes     = 1
	argonBytes     = 32
	saltBytes      = 16
)

// unknownHash is compared with when there is no login, so that this takes as long.
var unknownHash = encodeHash(make([]byte, saltBytes), make([]byte, argonBytes))

// hashing bounds how many hashes are made at once, and with it the memory that a flood of attempts to sign in can take.
var hashing = make(chan struct{}, 4)

// derive makes a hash when there is room for it.
func derive(ctx context.Context, password string, salt []byte, passes, memoryKiB uint32, lanes uint8, size uint32) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("identity: hash password: %w", ctx.Err())
	}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, size), nil
}

func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	hash, err := derive(ctx, password, salt, argonPasses, argonMemoryKiB, argonLanes, argonBytes)
	if err != nil {
		return "", err
	}
	return encodeHash(salt, hash), nil
}

// encodeHash writes the PHC string form of a hash.
func encodeHash(salt, hash []byte) string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemoryKiB, argonPasses, argonLanes, encode(salt), encode(hash))
}

// matchesPassword checks a password against a stored hash, by the parameters that the hash names.
func matchesPassword(ctx context.Context, stored, password string) (bool, error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 {
		return false, nil
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false, nil
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || passes == 0 || lanes == 0 || len(hash) == 0 {
		return false, nil
	}
	got, err := derive(ctx, password, salt, passes, memory, lanes, uint32(len(hash)))
	return err == nil && subtle.ConstantTimeCompare(got, hash) == 1, err
}

// NewPassword makes a random password for somebody to change.
func NewPassword() string { return rand.Text()[:16] }
