package columnar

import (
	"context"

	"zveno.dev/zveno/internal/fault"
)

func openPostgres(context.Context, Config, Schema) (engine, error) {
	return nil, fault.New(fault.Unavailable, "analytical tables in PostgreSQL are not there yet")
}
