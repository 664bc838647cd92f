package mastodon

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/sandbox"
)

func TestAStatusIsQuotedAsItsAuthorAllows(t *testing.T) {
	w := newWorld(t, Options{})
	mine := w.publish("Nous ouvrons demain")["id"].(string)
	person := w.person(0)
	quote := func(id string) (int, object) {
		return w.post("/api/v1/statuses", object{"status": "À lire", "quoted_status_id": id})
	}
	status, made := quote(mine)
	shown, _ := made["quote"].(object)
	inner, _ := shown["quoted_status"].(object)
	if status != 200 || shown["state"] != "accepted" || inner["id"] != mine {
		t.Fatalf("%d, %v", status, shown)
	}
	if content := made["content"].(string); !strings.HasPrefix(content, `<p class="quote-inline">RE: <a href="`) || !strings.HasSuffix(content, "<p>À lire</p>") {
		t.Errorf("it reads %s", content)
	}
	for name, id := range map[string]string{
		"nobody may":            w.net.Says(person, "a", "public", "nobody", false),
		"followers may":         w.net.Says(person, "b", "public", "followers", false),
		"followers alone see":   w.net.Says(person, "c", "private", "", false),
		"nobody here can judge": w.net.Says(person, "d", "public", "unsupported_policy", false),
		"that is not there":     "1",
	} {
		if status, got := quote(id); status != 404 {
			t.Errorf("one that %s: %d %v", name, status, got)
		}
	}
	asked := w.net.Says(person, "e", "public", "", true)
	status, made = quote(asked)
	if shown, _ = made["quote"].(object); status != 200 || shown["state"] != "pending" || shown["quoted_status"] != nil {
		t.Errorf("%d, %v", status, shown)
	}
	if status, _ = w.post("/api/v1/statuses", object{"status": "Alors ?", "quoted_status_id": mine, "poll": object{"options": []string{"a", "b"}, "expires_in": 3600}}); status != 422 {
		t.Errorf("a poll beside a quote: %d", status)
	}
	ledger := w.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})
	if last := ledger[len(ledger)-1]; len(ledger) != 3 || ledger[1].Shared != mine || last.Shared != asked {
		t.Errorf("the ledger has %+v", ledger)
	}
	w.net.Agree(made["id"].(string), true)
	view := w.get("/api/v1/statuses/" + made["id"].(string)).(object)
	if shown, _ = view["quote"].(object); shown["state"] != "accepted" {
		t.Errorf("its author agreed: %v", shown)
	}
	w.do("remove", sandbox.Act{Target: asked, Person: person.ID})
	view = w.get("/api/v1/statuses/" + made["id"].(string)).(object)
	if shown, _ = view["quote"].(object); shown["state"] != "deleted" || shown["quoted_status"] != nil {
		t.Errorf("what it quotes is gone: %v", shown)
	}
}

func TestAnOlderInstanceOverlooksQuotes(t *testing.T) {
	for _, o := range []Options{{Old: true}, {GoToSocial: true}} {
		w := newWorld(t, o)
		mine := w.publish("Nous ouvrons demain")["id"].(string)
		status, made := w.post("/api/v1/statuses", url.Values{"status": {"À lire"}, "quoted_status_id": {mine}})
		if _, there := made["quote"]; status != 200 || there || made["content"] != "<p>À lire</p>" {
			t.Errorf("%+v: %d %v", o, status, made)
		}
		said := w.get("/api/v2/instance").(object)
		if versions, _ := said["api_versions"].(object); fmt.Sprint(versions["mastodon"]) == "7" {
			t.Errorf("%+v: it says it can: %v", o, versions)
		}
	}
}
