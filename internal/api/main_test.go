package api_test

import (
	"testing"

	"zveno.dev/zveno/internal/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
