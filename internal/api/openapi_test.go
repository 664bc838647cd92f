package api_test

import (
	"bytes"
	"flag"
	"log/slog"
	"os"
	"testing"

	"github.com/kithhq/kith/internal/api"
)

const golden = "../../api/openapi.json"

func TestTheOpenAPITextIsTheGoldenFile(t *testing.T) {
	d, err := api.New(api.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the Go types and api/openapi.json differ: run the test with -update, then web's npm run api")
	}
}

var update = flag.Bool("update", false, "write the golden file anew")
