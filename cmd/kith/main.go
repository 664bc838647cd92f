// Command kith is the community manager's workbench in one program.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/bench"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/rehearse"
)

type commands struct {
	Serve    serve     `cmd:"" help:"Run Kith."`
	Rehearse rehearsal `cmd:"" help:"Run Kith on pretended networks with a lively sample workspace, without --data in a folder that goes with it (what the environment says of the real house is left aside)."`
	Owner    struct {
		Create owner `cmd:"" help:"Make an owner of the workspace; the password is read from standard input or made up."`
	} `cmd:"" help:"Owners of a workspace."`
	Token struct {
		Create token `cmd:"" help:"Make an API token for an owner."`
	} `cmd:"" help:"API tokens."`
	Backup   backup        `cmd:"" help:"Write everything into one file, while Kith runs."`
	Restore  restore       `cmd:"" help:"Put a backup into an empty data folder, or into an empty PostgreSQL database."`
	Restored restored      `cmd:"" help:"Tell a PostgreSQL database that it was put back by other means than kith restore, before Kith starts on it."`
	Rotate   rotate        `cmd:"" help:"Give the database another master key."`
	Doctor   doctor        `cmd:"" help:"Say what is wrong and what to do."`
	Networks networks      `cmd:"" help:"Say what each network can do, with limits, quotas, prices and sources."`
	Bench    bench.Command `cmd:"" help:"Measure Kith on this machine."`
	Bare     bench.Bare    `cmd:"" hidden:""`
	Version  struct{}      `cmd:"" help:"Print the version."`
}

type serve struct{ config.Config }

func (c serve) Run(ctx context.Context) error { return app.Run(ctx, c.Config) }

type rehearsal struct {
	config.Config
	Seed  uint64 `help:"The same seed gives the same people." default:"1"`
	Quiet bool   `help:"Nobody talks until asked to in the control room."`
}

func (c rehearsal) Run(ctx context.Context, k *kong.Context) error {
	aside(&c.Config, k)
	return rehearse.Run(ctx, c.Config, c.Seed, c.Quiet)
}

// aside leaves out what the environment says of the real house, unless it was said again: its folder and its database,
// the address at which pretended networks would knock, its certificate, its neighbours and its mail.
func aside(c *config.Config, k *kong.Context) {
	given := map[string]bool{}
	for _, p := range k.Path {
		if p.Flag != nil {
			given[p.Flag.Name] = true
		}
	}
	for name, leave := range map[string]func(){
		"data":           func() { c.Data = "" },
		"db":             func() { c.DB = "" },
		"public-url":     func() { c.PublicURL = "" },
		"acme":           func() { c.ACME = "" },
		"acme-directory": func() { c.Authority = "" },
		"allow-private":  func() { c.Allow = nil },
		"smtp-host":      func() { c.SMTP.Host = "" },
	} {
		if !given[name] {
			leave()
		}
	}
}

func main() {
	var c commands
	k := kong.Parse(&c, kong.Name("kith"), kong.Description("The community manager's workbench."), kong.UsageOnError())
	if k.Command() == "version" {
		fmt.Println(app.Version())
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(); err != nil {
		text, hint := fault.Shown(err)
		if _, ours := errors.AsType[*fault.Error](err); !ours || fault.Is(err, fault.Internal) {
			text, hint = err.Error(), ""
		}
		fmt.Fprintln(os.Stderr, "kith: "+text)
		if hint != "" {
			fmt.Fprintln(os.Stderr, "      "+hint)
		}
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}
