package connect

import "hash/maphash"

// seen remembers which records of a table have come by, in bounded memory: it never forgets one, and may take one for
// another. A record taken for a repeated one only costs a second look at the next import.
type seen struct {
	bits []uint64
	seed maphash.Seed
}

// seenBits is 2^26: 8 MiB, in which of ten million records one in eleven is taken for another.
const seenBits = 1 << 26

func newSeen() *seen { return &seen{seed: maphash.MakeSeed()} }

// add notes a key and reports whether it was there, or seemed to be.
func (s *seen) add(key string) bool {
	if s.bits == nil {
		s.bits = make([]uint64, seenBits/64)
	}
	h := maphash.String(s.seed, key)
	there := true
	for range 3 {
		word, bit := h%seenBits/64, uint64(1)<<(h%64)
		there = there && s.bits[word]&bit != 0
		s.bits[word] |= bit
		h = h>>26 | h<<38
	}
	return there
}
