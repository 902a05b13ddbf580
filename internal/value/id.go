package value

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// ID is a UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then a counter and random bits, so that IDs
// minted by one process sort in the order of their minting. The zero ID means "none" and is stored as NULL.
type ID [16]byte

var minter struct {
	sync.Mutex
	ms      int64
	counter uint16
}

// NewID mints an ID.
func NewID() ID {
	var id ID
	if _, err := rand.Read(id[8:]); err != nil {
		panic("value: the system's random source failed: " + err.Error())
	}
	minter.Lock()
	if ms := time.Now().UnixMilli(); ms > minter.ms {
		minter.ms, minter.counter = ms, 0
	} else if minter.counter++; minter.counter == 1<<12 {
		minter.ms, minter.counter = minter.ms+1, 0
	}
	ms, counter := minter.ms, minter.counter
	minter.Unlock()
	return assembleID(id, ms, counter)
}

// SeededID is an ID made from the caller's own clock and random bits: sample companies and tests are the same on every
// run. counter must be below 4096.
func SeededID(ms int64, counter uint16, random uint64) ID {
	var id ID
	binary.BigEndian.PutUint64(id[8:], random)
	return assembleID(id, ms, counter)
}

func assembleID(id ID, ms int64, counter uint16) ID {
	binary.BigEndian.PutUint64(id[:8], uint64(ms)<<16)
	binary.BigEndian.PutUint16(id[6:8], 0x7000|counter&0x0fff)
	id[8] = id[8]&0x3f | 0x80
	return id
}

// ParseID reads the 36-character form.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return ID{}, fmt.Errorf("%q is not an ID: expected 8-4-4-4-12 hexadecimal digits", text)
	}
	digits := text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil {
		return ID{}, fmt.Errorf("%q is not an ID: expected 8-4-4-4-12 hexadecimal digits", text)
	}
	return id, nil
}

// IsZero reports whether id means "none".
func (id ID) IsZero() bool { return id == ID{} }

// String is the 36-character form in lower case; "" for the zero ID.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	var text [36]byte
	hex.Encode(text[:8], id[:4])
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// MarshalText makes IDs readable in JSON.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = ID{}
		return nil
	}
	parsed, err := ParseID(string(text))
	*id = parsed
	return err
}

// Value stores an ID as its 16 bytes, the zero ID as NULL. SQLite keeps the bytes; PostgreSQL's UUID type takes them.
func (id ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan reads an ID from either engine: 16 bytes, the 36-character form, or NULL.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID{}
		return nil
	case []byte:
		if len(v) == 16 {
			copy(id[:], v)
			return nil
		}
		return id.UnmarshalText(v)
	case string:
		if len(v) == 16 {
			copy(id[:], v)
			return nil
		}
		return id.UnmarshalText([]byte(v))
	default:
		return fmt.Errorf("value: cannot read an ID from %T", src)
	}
}
