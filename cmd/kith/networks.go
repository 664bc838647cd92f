package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
)

type networks struct {
	config.Config
	Markdown bool `help:"As docs/networks.md is written." xor:"form"`
	JSON     bool `name:"json" help:"As JSON, for programs." xor:"form"`
}

func (c networks) Run(_ context.Context) error {
	known, err := app.Networks(c.Config)
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		to := json.NewEncoder(os.Stdout)
		to.SetEscapeHTML(false)
		to.SetIndent("", "  ")
		return to.Encode(known.JSON())
	case c.Markdown:
		fmt.Print(known.Markdown())
	default:
		fmt.Print(known.Text())
	}
	return nil
}
