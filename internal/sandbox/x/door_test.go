package x

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/sandboxtest"
)

// world is X with an account, at an address.
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

// ask makes a call in our name, and gives its status and what it says.
func (w *world) ask(method, path, body string, head ...string) (status int, said map[string]any) {
	w.T.Helper()
	status, _, text := w.Ask(method, path, body, append([]string{"Authorization", "Bearer " + w.who.Token, "Content-Type", "application/json"}, head...)...)
	if err := json.Unmarshal(text, &said); err != nil {
		w.T.Fatal(method, path, err)
	}
	return status, said
}

// is fails unless a call is answered with a status.
func (w *world) is(want int, method, path, body string, head ...string) map[string]any {
	w.T.Helper()
	status, said := w.ask(method, path, body, head...)
	if status != want {
		w.T.Errorf("%s %s %.120s: %d %v, want %d", method, path, body, status, said, want)
	}
	return said
}

func dataOf(said map[string]any) map[string]any {
	data, _ := said["data"].(map[string]any)
	return data
}

func TestTheSameWordsAreRefusedForADay(t *testing.T) {
	w := raise(t, Options{})
	w.is(201, "POST", "/2/tweets", `{"text":"Bonjour"}`)
	w.is(403, "POST", "/2/tweets", `{"text":"Bonjour"}`)
	w.is(201, "POST", "/2/tweets", `{"text":"Bonjour !"}`)
	w.Stage.Clock.Advance(24*time.Hour + time.Minute)
	w.who.Token = w.fresh()
	w.is(201, "POST", "/2/tweets", `{"text":"Bonjour"}`)
}

// fresh gives another token of the account: the first lives for two hours.
func (w *world) fresh() string {
	w.n.mu.Lock()
	defer w.n.mu.Unlock()
	return w.n.issue(w.n.names[strings.ToLower(w.who.Username)], allScopes()).value
}

func TestOnlyWhatIsPublishedIsTaken(t *testing.T) {
	w := raise(t, Options{})
	for what, body := range map[string]string{
		"a property that is none":   `{"text":"a","colour":"red"}`,
		"nothing":                   `{"text":""}`,
		"281 letters":               `{"text":"` + strings.Repeat("a", 281) + `"}`,
		"141 wide letters":          `{"text":"` + strings.Repeat("字", 141) + `"}`,
		"files and a poll":          `{"text":"a","media":{"media_ids":["1"]},"poll":{"options":["a","b"],"duration_minutes":60}}`,
		"a poll of one":             `{"text":"a","poll":{"options":["a"],"duration_minutes":60}}`,
		"a poll of a week and more": `{"text":"a","poll":{"options":["a","b"],"duration_minutes":10081}}`,
		"somebody else's file":      `{"text":"a","media":{"media_ids":["999"]}}`,
	} {
		if status, said := w.ask("POST", "/2/tweets", body); status < 400 || status >= 500 {
			t.Errorf("%s: %d %v", what, status, said)
		}
	}
	w.is(415, "POST", "/2/tweets", "text=a", "Content-Type", "application/x-www-form-urlencoded")
	w.is(400, "GET", "/2/users/me?colour=red", "")
	w.is(400, "GET", "/2/tweets/abc", "")
	if n := len(w.Stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})); n != 0 {
		t.Errorf("%d posts were made of it", n)
	}
}

func TestTextsComeBackAsXShowsThem(t *testing.T) {
	w := raise(t, Options{})
	id, _ := dataOf(w.is(201, "POST", "/2/tweets", `{"text":"Fish & <chips> https://example.org/menu"}`))["id"].(string)
	shown, _ := dataOf(w.is(200, "GET", "/2/tweets/"+id, ""))["text"].(string)
	if !strings.HasPrefix(shown, "Fish &amp; &lt;chips&gt; https://t.co/") {
		t.Errorf("%q", shown)
	}
	// What was not asked for is not told.
	if data := dataOf(w.is(200, "GET", "/2/tweets/"+id, "")); data["created_at"] != nil || data["public_metrics"] != nil {
		t.Errorf("%v", data)
	}
}

func TestAFileIsFinalizedOnce(t *testing.T) {
	w := raise(t, Options{})
	var png bytes.Buffer
	png.WriteString("\x89PNG\r\n\x1a\n")
	png.Write(bytes.Repeat([]byte{1}, 92))
	begin := fmt.Sprintf(`{"media_type":"image/png","media_category":"tweet_image","total_bytes":%d}`, png.Len())
	id, _ := dataOf(w.is(200, "POST", "/2/media/upload/initialize", begin))["id"].(string)
	at := "/2/media/upload/" + id
	piece := func(data []byte, index int) string {
		return fmt.Sprintf(`{"media":"%s","segment_index":%d}`, base64.StdEncoding.EncodeToString(data), index)
	}
	w.is(400, "POST", at+"/finalize", "") // nothing is there
	w.is(400, "POST", at+"/append", piece(png.Bytes()[:50], 1000))
	w.is(200, "POST", at+"/append", piece(png.Bytes()[:50], 0))
	w.is(400, "POST", at+"/finalize", "") // half of it
	w.is(200, "POST", at+"/append", piece(png.Bytes()[50:], 1))
	w.is(200, "POST", at+"/finalize", "")
	w.is(400, "POST", at+"/finalize", "")
	w.is(400, "POST", at+"/append", piece(png.Bytes(), 2))
	w.is(201, "POST", "/2/tweets", `{"text":"a","media":{"media_ids":["`+id+`"]}}`)
	for what, body := range map[string]string{
		"too large":               `{"media_type":"image/png","media_category":"tweet_image","total_bytes":5242881}`,
		"a video as an image":     `{"media_type":"video/mp4","media_category":"tweet_image","total_bytes":10}`,
		"a category that is none": `{"media_type":"image/png","media_category":"tweet_banner","total_bytes":10}`,
		"of no size":              `{"media_type":"image/png","media_category":"tweet_image"}`,
	} {
		if status, said := w.ask("POST", "/2/media/upload/initialize", body); status != 400 {
			t.Errorf("%s: %d %v", what, status, said)
		}
	}
}

func TestKeysOpenWhatTheyAreFor(t *testing.T) {
	w := raise(t, Options{})
	w.is(403, "POST", "/2/tweets", `{"text":"a"}`, "Authorization", "Bearer "+w.n.Bearer())
	w.is(403, "GET", "/2/webhooks", "")
	w.is(401, "GET", "/2/users/me", "", "Authorization", "Bearer no-such-key")
	w.is(400, "POST", "/2/users/1/likes", `{"tweet_id":"1"}`) // for somebody else
	w.Stage.Clock.Advance(2*time.Hour + time.Second)
	w.is(401, "GET", "/2/users/me", "")
}

func TestAQuarterOfAnHourHasAnEnd(t *testing.T) {
	w := raise(t, Options{})
	for range 75 {
		w.is(200, "GET", "/2/users/me", "")
	}
	w.is(429, "GET", "/2/users/me", "")
	w.Stage.Clock.Advance(15 * time.Minute)
	w.is(200, "GET", "/2/users/me", "")
}
