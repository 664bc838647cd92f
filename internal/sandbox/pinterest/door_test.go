package pinterest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/sandboxtest"
)

// world is Pinterest with an account, at an address.
type world struct {
	sandboxtest.Door
	n   *Network
	who Credentials
}

func raise(t *testing.T, o Options) *world {
	t.Helper()
	w := &world{}
	w.Door = sandboxtest.Open(t, func(stage *sandbox.Stage) http.Handler { w.n = New(stage, o); return w.n.Handler() })
	w.who = w.n.Account("librairie_h", "Librairie Hirondelle")
	return w
}

// ask makes a call in our name, and gives its status, its code of failure and what it says.
func (w *world) ask(method, path, body string, head ...string) (status int, code float64, said map[string]any) {
	w.T.Helper()
	status, _, text := w.Ask(method, path, body, append([]string{"Authorization", "Bearer " + w.who.Token, "Content-Type", "application/json"}, head...)...)
	_ = json.Unmarshal(text, &said) // the store of videos speaks XML, and a deletion says nothing
	code, _ = said["code"].(float64)
	return status, code, said
}

func image(times int) string {
	one := `{"content_type":"image/png","data":"` + base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n and more")) + `"}`
	return strings.TrimSuffix(strings.Repeat(one+",", times), ",")
}

// pin is the body of a pin of one image, with what else is said of it.
func (w *world) pin(more string) string {
	return `{"board_id":"` + w.who.Board + `",` + more + `"media_source":{"source_type":"image_base64",` + strings.TrimPrefix(image(1), "{") + `}`
}

func TestOnlyWhatIsPublishedMakesAPin(t *testing.T) {
	w := raise(t, Options{})
	if status, _, said := w.ask("POST", "/v5/pins", w.pin(`"title":"Un mur",`)); status != 201 || said["id"] == "" {
		t.Fatal(status, said)
	}
	of := func(source string) string { return `{"board_id":"` + w.who.Board + `","media_source":` + source + `}` }
	for what, body := range map[string]string{
		"a field that is none":      w.pin(`"colour":"red",`),
		"a title of 101":            w.pin(`"title":"` + strings.Repeat("é", 101) + `",`),
		"a description of 801":      w.pin(`"description":"` + strings.Repeat("é", 801) + `",`),
		"a link that is none":       w.pin(`"link":"librairie",`),
		"somebody else's board":     strings.Replace(w.pin(""), w.who.Board, "1", 1),
		"another board's section":   w.pin(`"board_section_id":"` + w.who.Section + `",`),
		"no image":                  of(`{"source_type":"image_base64","content_type":"image/png","data":"bm90aGluZw=="}`),
		"another kind than is said": of(`{"source_type":"image_base64",` + strings.Replace(strings.TrimPrefix(image(1), "{"), "image/png", "image/jpeg", 1)),
		"one of several":            of(`{"source_type":"multiple_image_base64","items":[` + image(1) + `]}`),
		"six":                       of(`{"source_type":"multiple_image_base64","items":[` + image(6) + `]}`),
		"a video nobody brought":    of(`{"source_type":"video_id","media_id":"17","cover_image_key_frame_time":0}`),
		"a source that is none":     of(`{"source_type":"pin_url","url":"https://example.org"}`),
	} {
		if status, code, said := w.ask("POST", "/v5/pins", body); status != 400 || code == 0 {
			t.Errorf("%s: %d %v", what, status, said)
		}
	}
	if n := len(w.Stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})); n != 1 {
		t.Errorf("there are %d pins", n)
	}
}

func TestOnlyAPublicPinIsSavedToABoardOfOnesOwn(t *testing.T) {
	w := raise(t, Options{})
	who := w.Stage.Cast.All()[1]
	theirs, secret := w.n.Says(who, "Un mur"), w.n.Says(who, "Un secret")
	w.n.Hide(secret)
	save := func(pin, body string) (int, float64, map[string]any) {
		return w.ask("POST", "/v5/pins/"+pin+"/save", body)
	}
	to := `{"board_id":"` + w.who.Board + `"}`
	for range 2 { // twice makes two
		status, _, said := save(theirs, to)
		if status != 201 || said["parent_pin_id"] != theirs || said["id"] == theirs || said["description"] != "Un mur" || said["board_id"] != w.who.Board {
			t.Fatal(status, said)
		}
		id, _ := said["id"].(string)
		if status, code, _ := w.ask("PATCH", "/v5/pins/"+id, `{"description":"à nous"}`); status != 403 || code != 29 {
			t.Errorf("its words are changed: %d", status)
		}
	}
	for what, c := range map[string]struct {
		pin, body string
		status    int
		code      float64
	}{
		"a pin that is none":        {"17", to, 404, 50},
		"a secret pin":              {secret, to, 403, 29},
		"a board that is none":      {theirs, `{"board_id":"17"}`, 404, 40},
		"another board's section":   {theirs, `{"board_id":"` + w.who.Board + `","board_section_id":"` + w.who.Section + `"}`, 404, 2031},
		"no board":                  {theirs, `{}`, 400, 1},
		"a field that is none":      {theirs, `{"board_id":"` + w.who.Board + `","description":"à nous"}`, 400, 1},
		"a section without digits":  {theirs, `{"board_id":"` + w.who.Board + `","board_section_id":"soir"}`, 400, 1},
		"a pin of nothing we know ": {"pin", to, 404, 50},
	} {
		if status, code, said := save(c.pin, c.body); status != c.status || code != c.code {
			t.Errorf("%s: %d %v", what, status, said)
		}
	}
	if made := w.Stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Repost}); len(made) != 2 || made[0].Shared != theirs {
		t.Errorf("the ledger has %+v", made)
	}
	listed := func(query string) int {
		_, _, said := w.ask("GET", "/v5/pins"+query, "")
		items, _ := said["items"].([]any)
		return len(items)
	}
	w.n.Protect(w.who.Board)
	if plain, all := listed(""), listed("?include_protected_pins=true"); plain != 0 || all != 2 {
		t.Errorf("of a protected board %d are listed, and %d where that is asked for", plain, all)
	}
}

// bring posts a file to the store of videos with the fields that were given.
func (w *world) bring(fields map[string]any, file []byte) int {
	w.T.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = form.WriteField(name, fmt.Sprint(value)) // to memory
	}
	part, err := form.CreateFormFile("file", "film.mp4")
	if err == nil {
		_, err = part.Write(file)
	}
	if err != nil || form.Close() != nil {
		w.T.Fatal(err)
	}
	status, _, _ := w.ask("POST", "/upload", body.String(), "Content-Type", form.FormDataContentType(), "Authorization", "")
	return status
}

func TestAVideoIsWorkedOnBeforeItIsAPin(t *testing.T) {
	w := raise(t, Options{})
	film := append([]byte("\x00\x00\x00\x18ftypmp42"), make([]byte, 500)...)
	register := func() (id string, fields map[string]any) {
		_, _, said := w.ask("POST", "/v5/media", `{"media_type":"video"}`)
		fields, _ = said["upload_parameters"].(map[string]any)
		return fmt.Sprint(said["media_id"]), fields
	}
	state := func(id string) any {
		_, _, said := w.ask("GET", "/v5/media/"+id, "")
		return said["status"]
	}
	pin := func(id, more string) (int, float64) {
		status, code, _ := w.ask("POST", "/v5/pins", `{"board_id":"`+w.who.Board+`","media_source":{"source_type":"video_id","media_id":"`+id+`"`+more+`}}`)
		return status, code
	}
	const cover = `,"cover_image_key_frame_time":0`
	id, fields := register()
	if got := state(id); got != "registered" {
		t.Error(got)
	}
	forged := map[string]any{}
	for name, value := range fields {
		forged[name] = value
	}
	forged["x-amz-signature"] = "forged"
	if got := w.bring(forged, film); got != 403 {
		t.Error("a forged signature:", got)
	}
	if got := w.bring(fields, film); got != 204 {
		t.Error(got)
	}
	if status, code := pin(id, cover); status != 400 || code != 2786 || state(id) != "processing" {
		t.Error("too early:", status, code, state(id))
	}
	w.Stage.Clock.Advance(20 * time.Second)
	if status, _ := pin(id, ""); status != 400 {
		t.Error("without a cover:", status)
	}
	if status, _ := pin(id, cover); status != 201 {
		t.Error(status)
	}
	// What is no video fails at the end of the work; a permission to bring one ends.
	id, fields = register()
	if got := w.bring(fields, bytes.Repeat([]byte("no film "), 4)); got != 204 {
		t.Error(got)
	}
	w.Stage.Clock.Advance(20 * time.Second)
	if got := state(id); got != "failed" {
		t.Error(got)
	}
	_, fields = register()
	w.Stage.Clock.Advance(time.Hour + time.Second)
	if got := w.bring(fields, film); got != 403 {
		t.Error("an hour later:", got)
	}
}

func TestKeysOpenWhatTheyAreForAndWorkOnce(t *testing.T) {
	w := raise(t, Options{})
	renew := func(token string) (int, map[string]any) {
		status, _, said := w.ask("POST", "/v5/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}.Encode(),
			"Content-Type", "application/x-www-form-urlencoded", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("1500001:pin-secret")))
		return status, said
	}
	status, said := renew(w.who.Refresh)
	next, _ := said["refresh_token"].(string)
	if status != 200 || next == "" || next == w.who.Refresh {
		t.Error(status, said)
	}
	if status, _ := renew(w.who.Refresh); status != 400 {
		t.Error("the former one once more:", status)
	}
	w.n.mu.Lock()
	poor := w.n.issue(w.n.accounts[w.who.ID], []string{"pins:read", "boards:read"}).access
	w.n.mu.Unlock()
	if status, code, _ := w.ask("POST", "/v5/pins", w.pin(""), "Authorization", "Bearer "+poor); status != 403 || code != 7 {
		t.Error("without the scope:", status, code)
	}
	w.Stage.Clock.Advance(30*24*time.Hour + time.Second)
	if status, code, _ := w.ask("GET", "/v5/user_account", ""); status != 401 || code != 2 {
		t.Error("a month later:", status, code)
	}
	w.Stage.Clock.Advance(31 * 24 * time.Hour)
	if status, _ := renew(next); status != 400 {
		t.Error("two months later:", status)
	}
}

func TestFiguresOfTheLastTwoDaysAreNotThereYet(t *testing.T) {
	w := raise(t, Options{PerMinute: 5})
	_, _, said := w.ask("GET", "/v5/user_account/analytics?start_date=2026-11-22&end_date=2026-11-26", "")
	all, _ := said["all"].(map[string]any)
	days, _ := all["daily_metrics"].([]any)
	var states []string
	for _, one := range days {
		day := one.(map[string]any)
		metrics := day["metrics"].(map[string]any)
		if (day["data_status"] == "READY") == (len(metrics) == 0) {
			t.Errorf("%v", day)
		}
		states = append(states, fmt.Sprint(day["data_status"]))
	}
	if got := strings.Join(states, " "); got != "READY READY READY PROCESSING PROCESSING" {
		t.Error(got)
	}
	for _, dates := range []string{"start_date=2026-11-24&end_date=2026-11-22", "start_date=2026-01-01&end_date=2026-11-22", "start_date=2026-11-24&end_date=2026-12-01"} {
		if status, _, _ := w.ask("GET", "/v5/user_account/analytics?"+dates, ""); status != 400 {
			t.Errorf("%s: %d", dates, status)
		}
	}
	w.ask("GET", "/v5/boards", "")
	if status, code, _ := w.ask("GET", "/v5/boards", ""); status != 429 || code != 8 {
		t.Error("the sixth of a minute:", status, code)
	}
	w.Stage.Clock.Advance(time.Minute)
	if status, _, _ := w.ask("GET", "/v5/boards", ""); status != 200 {
		t.Error(status)
	}
}
