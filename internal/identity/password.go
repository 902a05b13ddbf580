package identity

import (
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

func hashPassword(password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("identity: hash password: %w", err)
	}
	return encodeHash(salt, argon2.IDKey([]byte(password), salt, argonPasses, argonMemoryKiB, argonLanes, argonBytes)), nil
}

// encodeHash writes the PHC string form of a hash.
func encodeHash(salt, hash []byte) string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemoryKiB, argonPasses, argonLanes, encode(salt), encode(hash))
}

// matchesPassword checks a password against a stored hash, by the parameters that the hash names.
func matchesPassword(stored, password string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(hash)))
	return subtle.ConstantTimeCompare(got, hash) == 1
}

// NewPassword makes a random password for somebody to change.
func NewPassword() string { return rand.Text()[:16] }
