package bench

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// BenchmarkMaven imports the public data set with the program itself and asks for every metric.
func BenchmarkMaven(b *testing.B) {
	set, dir := shared(b, "data", "crm", "maven_crm_sales"), b.TempDir()
	began := time.Now()
	zveno(b, dir, "import", set)
	imported := time.Since(began)
	for _, metric := range []string{"open_pipeline", "open_pipeline_count", "weighted_pipeline", "pipeline_created", "won", "won_count", "lost_count",
		"win_rate_closed", "cycle", "deal_size", "stage_conversion", "time_in_stage", "velocity", "slippage"} {
		zveno(b, dir, "metric", metric)
	}
	zveno(b, dir, "waterfall", "--from", "2017-06-30", "--to", "2017-09-30")
	figure("Maven: import, 14 metrics, waterfall (16 processes)", "≤ 5 s", "%.2f s, of which import %.2f s", time.Since(began).Seconds(), imported.Seconds())
	for _, metric := range []string{"won_count", "won", "lost_count", "win_rate_closed"} {
		fmt.Printf("%s\n%s", metric, zveno(b, dir, "metric", metric, "--format", "csv"))
	}
}

// zveno runs the program on a data folder and gives what it prints.
func zveno(b *testing.B, dir string, args ...string) []byte {
	b.Helper()
	command := exec.CommandContext(b.Context(), *binary, append([]string{"--data", dir}, args...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		b.Fatalf("zveno %v: %v", args, err)
	}
	return out
}
