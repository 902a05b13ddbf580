package projection

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// believedDeals selects what is believed now about deals; conditions on the ID and the order are appended.
var believedDeals = fmt.Sprintf(`SELECT id, valid_from, valid_to, deleted, stage_id, owner_id, account_id, product_id,
	source, kind, currency, forecast_category, amount_minor, probability, close_day, lost_reason, custom, name
	FROM crm_deal_versions WHERE recorded_to = %d`, value.Forever)

// inStoredOrder keeps the versions of a deal together. They are mostly in the order of time already, and reading them in
// the order of the primary key spares the database a sort; inTime does the rest.
const inStoredOrder = " ORDER BY id, no"

// inTime sorts a chain by time, in place.
func inTime(chain []version) []version {
	byStart := func(a, b version) int { return cmp.Compare(a.from, b.from) }
	if !slices.IsSortedFunc(chain, byStart) {
		slices.SortFunc(chain, byStart)
	}
	return chain
}

// dealReader turns stored versions into keys. Each goroutine has its own; they share the vocabulary.
type dealReader struct {
	shared   *vocabulary
	mutex    *sync.Mutex
	custom   []string
	stages   []stage
	chances  []float64 // probability by stage, for versions that have none of their own
	accounts func(value.ID) int32
	// ownCurrency is the key of the currency that a version without one has.
	ownCurrency int32

	words            map[string]int32
	people, products map[value.ID]int32
	stageKeys        map[value.ID]int32

	// What the version before had: versions of one deal follow each other and differ little.
	stage, owner, account, product               recent[value.ID]
	source, kind, currency, forecast, lostReason recent[string]
}

// recent is a name and its key.
type recent[K comparable] struct {
	name K
	key  int32
}

// newReader makes a reader. accounts gives the key of an account.
func (s *shape) newReader(mutex *sync.Mutex, accounts func(value.ID) int32) *dealReader {
	r := &dealReader{
		shared: s.vocabulary, mutex: mutex, custom: s.custom, stages: s.stages, chances: s.chances,
		accounts: accounts, words: map[string]int32{}, people: map[value.ID]int32{}, products: map[value.ID]int32{},
		stageKeys: map[value.ID]int32{},
	}
	r.ownCurrency = r.word(s.settings.Currency)
	r.account.key = accounts(value.ID{})
	return r
}

// version reads the row that believedDeals selected, from its second column on.
func (r *dealReader) version(row db.Row) (version, error) {
	v := version{
		from: value.Instant(row.Int(1)), to: value.Instant(row.Int(2)), deleted: row.Bool(3),
		amount: row.Int(12), hasAmount: !row.IsNull(12), closeDay: noDay,
		forecast: r.wordAt(row, 11, &r.forecast), lostReason: r.wordAt(row, 15, &r.lostReason),
	}
	v.stage = int16(r.idAt(row, 4, &r.stage, r.stageKeys, r.shared.stages))
	if int(v.stage) >= len(r.stages) {
		return v, errOutdated
	}
	if account := row.ID(6); account != r.account.name {
		r.account = recent[value.ID]{account, r.accounts(account)}
	}
	v.cut = cut{
		owner:    r.idAt(row, 5, &r.owner, r.people, r.shared.people),
		account:  r.account.key,
		product:  r.idAt(row, 7, &r.product, r.products, r.shared.products),
		source:   r.wordAt(row, 8, &r.source),
		kind:     r.wordAt(row, 9, &r.kind),
		currency: r.wordAt(row, 10, &r.currency),
	}
	if v.cut.currency == 0 {
		v.cut.currency = r.ownCurrency
	}
	if v.probability = row.Real(13); row.IsNull(13) {
		v.probability = r.chances[v.stage]
	}
	if !row.IsNull(14) {
		v.closeDay = int32(row.Int(14))
	}
	if len(r.custom) > 0 {
		return v, r.readCustom(row.Text(16), &v.cut)
	}
	return v, nil
}

// nameColumn is where believedDeals selects the deal's name.
const nameColumn = 17

func (r *dealReader) idAt(row db.Row, column int, last *recent[value.ID], own map[value.ID]int32, shared *keys[value.ID]) int32 {
	if id := row.ID(column); id != last.name {
		*last = recent[value.ID]{id, lookUp(r, own, shared, id)}
	}
	return last.key
}

func (r *dealReader) wordAt(row db.Row, column int, last *recent[string]) int32 {
	if text := row.Raw(column); string(text) != last.name {
		key, known := r.words[string(text)]
		if !known {
			key = r.word(string(text))
		}
		*last = recent[string]{string(text), key}
	}
	return last.key
}

func (r *dealReader) readCustom(text string, c *cut) error {
	c.custom = make([]int32, len(r.custom))
	if text == "" {
		return nil
	}
	var values map[string]any
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		return fmt.Errorf("custom fields %q: %w", text, err)
	}
	for i, name := range r.custom {
		if choice, ok := values[name].(string); ok {
			c.custom[i] = r.word(choice)
		}
	}
	return nil
}

func (r *dealReader) word(text string) int32 { return lookUp(r, r.words, r.shared.words, text) }

// lookUp finds a key in the goroutine's own cache first, so that the shared vocabulary is locked only for what is new.
func lookUp[K comparable](r *dealReader, own map[K]int32, shared *keys[K], name K) int32 {
	key, known := own[name]
	if !known {
		r.mutex.Lock()
		key = shared.of(name)
		r.mutex.Unlock()
		own[name] = key
	}
	return key
}
