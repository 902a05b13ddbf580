package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"zveno.dev/zveno/internal/fault"
)

// version is set when the binary is built.
var version = "unknown"

// commands is the command line: one field per command.
type commands struct {
	common

	Serve     serveCommand     `cmd:"" help:"Run the server."`
	Demo      demoCommand      `cmd:"" help:"Make a sample company and serve it."`
	Import    importCommand    `cmd:"" help:"Import files, folders and zips that a CRM exported; take an import back."`
	Metric    metricCommand    `cmd:"" help:"Compute a metric, cut by dimensions, as of any day; list its rows."`
	Waterfall waterfallCommand `cmd:"" help:"Say what changed in the open pipeline between two moments."`
	Verify    verifyCommand    `cmd:"" help:"Check every invariant of the stored records."`
	Backup    backupCommand    `cmd:"" help:"Write a backup, also while the server runs."`
	Restore   restoreCommand   `cmd:"" help:"Restore a backup into an empty database of either kind."`
	Settings  settingsCommand  `cmd:"" help:"Show or change the company's settings: currency, time zone, fiscal year, language."`
	User      userCommand      `cmd:"" help:"Manage the people who may sign in."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database's schema up to date."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // the command ran and failed, or found something wrong
	exitUsage   = 2 // the command line itself is wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("zveno"), kong.Description("Sales operations for a company that runs its own: every record's history, and numbers that open into their rows."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Resolvers(readConfigFile(args)), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&c.common, &streams{stdout, stderr}))
	if err != nil {
		fmt.Fprintln(stderr, "zveno:", err)
		return exitUsage
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help was printed
		return exited
	}
	if err != nil {
		fmt.Fprintln(stderr, "zveno:", err)
		fmt.Fprintln(stderr, "Run zveno --help, or zveno COMMAND --help, for what there is.")
		return exitUsage
	}
	if err := command.Run(); err != nil {
		return report(err, stderr)
	}
	return exitOK
}

// streams is where commands write: data to out, everything else to err.
type streams struct{ out, err io.Writer }

// report prints an error and chooses the exit code.
func report(err error, stderr io.Writer) int {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "zveno: interrupted")
		return exitFailure
	}
	fmt.Fprintln(stderr, "zveno:", err)
	if fault.KindOf(err) == fault.Internal {
		fmt.Fprintln(stderr, "This may be a defect of Zveno. Run the command again with --log-level debug, and report what it prints.")
	}
	return exitFailure
}

type versionCommand struct{}

func (versionCommand) Run(s *streams) error {
	_, err := fmt.Fprintln(s.out, "zveno", version)
	return err
}
