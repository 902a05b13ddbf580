package db_test

import (
	"context"
	"errors"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

func TestScanReadsEveryType(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		id := value.NewID()
		err := d.Write(ctx, db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error {
			row := []any{id, int64(1), int64(-5), int64(-5), int64(7), false, "новый этап", nil, id, "Ёж", int64(3), nil, 0.25, nil, true}
			return db.BulkInsert(ctx, tx, "crm_stages", []string{"id", "version", "created_at", "valid_from", "tx_no", "deleted", "folded", "custom",
				"pipeline_id", "name", "position", "outcome", "probability", "forecast_category", "qualified"}, [][]any{row}, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		err = d.Scan(ctx, `SELECT id, valid_from, deleted, name, outcome, probability, qualified, pipeline_id FROM crm_stages`, func(r db.Row) error {
			rows++
			if r.ID(0) != id || r.Int(1) != -5 || r.Bool(2) || r.Text(3) != "Ёж" || string(r.Raw(3)) != "Ёж" || len(r.Raw(4)) != 0 || r.Real(5) != 0.25 || !r.Bool(6) || r.ID(7) != id {
				t.Errorf("read %v %d %v %q %v %v %v", r.ID(0), r.Int(1), r.Bool(2), r.Text(3), r.Real(5), r.Bool(6), r.ID(7))
			}
			if !r.IsNull(4) || r.IsNull(3) || r.Text(4) != "" {
				t.Errorf("NULL: outcome %v, name %v", r.IsNull(4), r.IsNull(3))
			}
			return nil
		})
		if err != nil || rows != 1 {
			t.Fatalf("%d rows, %v", rows, err)
		}
		stop := errors.New("enough")
		if err := d.Scan(ctx, `SELECT 1 FROM crm_stages`, func(db.Row) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("an error of the callback came back as %v", err)
		}
		if err := d.Scan(ctx, `SELECT nothing FROM nowhere`, func(db.Row) error { return nil }); err == nil {
			t.Error("a wrong query gave no error")
		}
	})
}
