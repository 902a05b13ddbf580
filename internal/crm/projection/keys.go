package projection

import (
	"zveno.dev/zveno/internal/value"
)

// keys gives out the integers that stand for IDs and words in the projection. Key 0 means none. A key never changes while
// the projection lives.
type keys[K comparable] struct {
	byName map[K]int32
	names  []K // names[k] has key k; names[0] is the zero K
}

func newKeys[K comparable]() *keys[K] {
	var none K
	return &keys[K]{byName: map[K]int32{none: 0}, names: []K{none}}
}

// of is the key of a name, given out at first sight.
func (k *keys[K]) of(name K) int32 {
	key, known := k.byName[name]
	if !known {
		key = int32(len(k.names))
		k.byName[name] = key
		k.names = append(k.names, name)
	}
	return key
}

// restore takes a key that was given out earlier.
func (k *keys[K]) restore(name K, key int32) {
	for int(key) >= len(k.names) {
		var none K
		k.names = append(k.names, none)
	}
	k.byName[name], k.names[key] = key, name
}

// vocabulary holds the keys of everything that is small enough to stay in memory.
type vocabulary struct {
	words                           *keys[string]
	stages, people, teams, products *keys[value.ID]
}

// records counts the records that have keys.
func (v *vocabulary) records() int {
	return len(v.stages.names) + len(v.people.names) + len(v.teams.names) + len(v.products.names)
}

func newVocabulary() *vocabulary {
	return &vocabulary{words: newKeys[string](), stages: newKeys[value.ID](), people: newKeys[value.ID](),
		teams: newKeys[value.ID](), products: newKeys[value.ID]()}
}
