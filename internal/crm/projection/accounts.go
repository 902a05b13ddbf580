package projection

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// believedAccounts selects what is believed now about accounts; conditions on the ID and the order are appended.
var believedAccounts = fmt.Sprintf(`SELECT id, valid_from, valid_to, deleted, name, segment, industry, country
	FROM crm_account_versions WHERE recorded_to = %d`, value.Forever)

// accountRows collects the rows of accounts: the last name of each, and the stretches of time in which what deals are cut
// by stayed the same.
type accountRows struct {
	shape *shape
	key   int32
	last  []any // the row of table account
	spans [][]any
}

// read takes the next version of the account with the given key.
func (a *accountRows) read(key int32, row db.Row) {
	word := func(i int) int32 { return a.shape.vocabulary.words.of(row.Text(i)) }
	span := []any{key, row.Int(1), row.Int(2), word(5), word(6), word(7)}
	if n := len(a.spans); n > 0 && key == a.key && span[3] == a.spans[n-1][3] && span[4] == a.spans[n-1][4] && span[5] == a.spans[n-1][5] {
		a.spans[n-1][2] = span[2]
	} else {
		if key != a.key {
			span[1] = int64(value.Always) // a deal may be older than the record of its account
		}
		a.spans = append(a.spans, span)
	}
	a.key, a.last = key, []any{key, row.ID(0).String(), row.Text(4)}
}

func (s *shape) fillAccounts(ctx context.Context, d *db.DB, l *columnar.Loader) (map[value.ID]int32, error) {
	names, err := l.Appender("account")
	if err != nil {
		return nil, err
	}
	spans, err := l.Appender("account_span")
	if err != nil {
		return nil, err
	}
	keys := map[value.ID]int32{}
	rows := &accountRows{shape: s}
	flush := func() error {
		for _, span := range rows.spans {
			if err := spans.Append(span); err != nil {
				return err
			}
		}
		rows.spans = rows.spans[:0]
		return names.Append(rows.last)
	}
	rows.last, rows.spans = noAccount()
	err = d.Scan(ctx, believedAccounts+` ORDER BY id, valid_from`, func(row db.Row) error {
		key, known := keys[row.ID(0)]
		if !known {
			if err := flush(); err != nil {
				return err
			}
			key = int32(len(keys) + 1)
			keys[row.ID(0)] = key
		}
		rows.read(key, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := flush(); err != nil {
		return nil, err
	}
	if err := names.Close(); err != nil {
		return nil, err
	}
	return keys, spans.Close()
}

// noAccount are the rows that deals without an account lead to.
func noAccount() (name []any, spans [][]any) {
	return []any{int32(0), "", ""}, [][]any{{int32(0), int64(value.Always), int64(value.Forever), int32(0), int32(0), int32(0)}}
}
