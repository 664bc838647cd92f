package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
)

type owner struct {
	config.Config
	Email     string `arg:"" help:"E-mail address to sign in with."`
	Name      string `help:"Name as colleagues see it."`
	Workspace string `help:"Name of the workspace; made when there is none yet." default:"Workspace"`
	Zone      string `help:"Time zone of a new workspace." default:"Europe/Paris"`
	Locale    string `help:"Language of a new workspace; without it, that of the browser in which its owner first signs in." default:"" enum:",en,fr"`
}

func (c owner) Run(ctx context.Context) error {
	password, made, err := readPassword()
	if err != nil {
		return err
	}
	if err := app.CreateOwner(ctx, c.Config, app.NewOwner{Email: c.Email, Name: c.Name, Password: password, Workspace: c.Workspace, Zone: c.Zone, Locale: c.Locale}); err != nil {
		return err
	}
	fmt.Println("Owner", c.Email, "can sign in.")
	if made {
		fmt.Println("Password:", password.Reveal())
	}
	return nil
}

// readPassword takes the first line of standard input, or makes a password up
// when standard input is a terminal or empty.
func readPassword() (password secret.Text, made bool, err error) {
	if stat, err := os.Stdin.Stat(); err == nil && stat.Mode()&os.ModeCharDevice == 0 {
		line, _ := bufio.NewReader(os.Stdin).ReadString('\n') // an empty input is none
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			return secret.Text(line), false, nil
		}
	}
	return secret.Text(secret.Token()[:16]), true, nil
}

type token struct {
	config.Config
	Email  string   `arg:"" help:"E-mail address of the member whose rights the token has."`
	Name   string   `help:"What it is for." default:"command line"`
	Scopes []string `help:"What it may do." default:"read"`
	Days   int      `help:"How many days it lives; 0 = until it is revoked." default:"90"`
}

func (c token) Run(ctx context.Context) error {
	scopes := make([]access.Verb, len(c.Scopes))
	for i, s := range c.Scopes {
		scopes[i] = access.Verb(s)
	}
	text, err := app.CreateToken(ctx, c.Config, c.Email, c.Name, scopes, c.Days)
	if err != nil {
		return err
	}
	fmt.Println(text)
	return nil
}

type rotate struct {
	config.Config
	New secret.Text `help:"The new master key, where KITH_KEY holds the old one (32 bytes in base64)." env:"KITH_NEW_KEY"`
}

func (c rotate) Run(ctx context.Context) error {
	if err := app.Rotate(ctx, c.Config, c.New); err != nil {
		return err
	}
	if c.Key != "" {
		fmt.Println("The database opens with the new master key alone. Put it in KITH_KEY, and start Kith again.")
		return nil
	}
	fmt.Printf("The database opens with the new master key alone, which is in %s.\n", secret.KeyFile)
	return nil
}

type doctor struct{ config.Config }

func (c doctor) Run(ctx context.Context) error {
	bad := 0
	for f := range app.Doctor(ctx, c.Config) {
		fmt.Println(f)
		if f.Bad {
			bad++
		}
	}
	switch {
	case bad == 1:
		return fault.New(fault.Invalid, "One thing needs you.")
	case bad > 1:
		return fault.New(fault.Invalid, "%d things need you.", bad)
	}
	fmt.Println("All is well.")
	return nil
}
