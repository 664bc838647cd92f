package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// What was quoted on X in drafts and scheduled posts of an older Kith is still shared; what
// people wrote about quotes stays as they wrote it.
func TestWhatWasQuotedIsSharedUnderTheNewName(t *testing.T) {
	row := func(values ...string) string {
		return strings.ReplaceAll(strings.Join(values, "\t"), `\`, `\\`) + "\n"
	}
	written := `{"text":"say \"quote\": and \"options\":{\"quote\":1}"`
	older := &copied{
		shape: store.Shape{Schema: 73, Tables: []store.Table{
			{Name: "publication", Columns: []string{"id", "workspace", "post_id", "channel_id", "network", "state", "url", "error_kind", "error_text", "error_hint", "seen", "job_id", "options"}},
			{Name: "part", Columns: []string{"id", "workspace", "publication_id", "channel_id", "position", "content", "fingerprint", "key", "state", "token", "remote", "url", "looks"}},
		}},
		order: []string{"publication", "part"},
		rows: map[string][]byte{
			"publication": []byte(row("1", "W", "P", "C", "x", "draft", "", "", "", "", "[]", "", `{"quote":"https://x.com/a/status/1","reply_settings":"verified"}`) +
				row("2", "W", "P", "C", "pinterest", "draft", "", "", "", "", "[]", "", `{"board":"quote"}`)),
			"part": []byte(row("1", "W", "1", "C", "0", written+`,"options":{"quote":"7","reply_settings":"verified"}}`, "f", "k", "due", "0", "{}", "", "0") +
				row("2", "W", "2", "C", "0", written+`,"options":{"board":"quote"}}`, "f", "l", "due", "0", "{}", "", "0")),
		},
	}
	address := storetest.PostgresURL(t)
	if err := older.fill(t.Context(), address, nothing); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), address, store.AsItIs())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		for query, want := range map[string][]string{
			"select options from publication order by id": {`{"reshare":"https://x.com/a/status/1","reply_settings":"verified"}`, `{"board":"quote"}`},
			"select content from part order by id":        {written + `,"options":{"reshare":"7","reply_settings":"verified"}}`, written + `,"options":{"board":"quote"}}`},
		} {
			got, err := store.All[string](ctx, tx, query)
			if err != nil {
				return err
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q", query, got)
			}
		}
		return nil
	})
}
