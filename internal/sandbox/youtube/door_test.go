package youtube

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/sandboxtest"
)

// world is YouTube with a channel, at an address.
type world struct {
	sandboxtest.Door
	n   *Network
	who Channel
}

func raise(t *testing.T, o Options) *world {
	t.Helper()
	w := &world{}
	w.Door = sandboxtest.Open(t, func(stage *sandbox.Stage) http.Handler { w.n = New(stage, o); return w.n.Handler() })
	w.who = w.n.AddChannel("Librairie Hirondelle", "librairieh")
	return w
}

// ask makes a call in our name, and gives its status, the reason of a failure, its headers and what it says.
func (w *world) ask(method, path, body string, head ...string) (status int, reason string, header http.Header, said map[string]any) {
	w.T.Helper()
	status, header, text := w.Ask(method, path, body, append([]string{"Authorization", "Bearer " + w.who.Access, "Content-Type", "application/json"}, head...)...)
	_ = json.Unmarshal(text, &said) // “go on” says nothing
	var failed struct {
		Error struct {
			Errors []struct{ Reason string }
		}
	}
	if json.Unmarshal(text, &failed) == nil && len(failed.Error.Errors) > 0 {
		reason = failed.Error.Errors[0].Reason
	}
	return status, reason, header, said
}

const meta1 = `{"snippet":{"title":"Un mur","categoryId":"22"},"status":{"privacyStatus":"public","selfDeclaredMadeForKids":false}}`

// begin opens a session for a file of a size.
func (w *world) begin(meta string, size int) (status int, reason, to string) {
	w.T.Helper()
	status, reason, header, _ := w.ask("POST", "/resumable/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status", meta,
		"X-Upload-Content-Type", "video/mp4", "X-Upload-Content-Length", fmt.Sprint(size))
	return status, reason, header.Get("Location")
}

// video brings a whole file and gives the id of the video.
func (w *world) video(file string) string {
	w.T.Helper()
	_, _, to := w.begin(meta1, len(file))
	status, _, _, said := w.ask("PUT", to, file, "Content-Type", "video/mp4")
	if status != 201 {
		w.T.Fatal(status, said)
	}
	return fmt.Sprint(said["id"])
}

func film(n int) string {
	return "\x00\x00\x00\x18ftypmp42" + strings.Repeat("x", n-12)
}

func TestPiecesComeInOrderAndInUnits(t *testing.T) {
	w := raise(t, Options{})
	const size = 2*chunkUnit + 100
	file := film(size)
	_, _, to := w.begin(meta1, size)
	put := func(from, until int) (int, string) {
		status, _, header, _ := w.ask("PUT", to, file[from:until], "Content-Type", "video/mp4", "Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, until-1, size))
		return status, header.Get("Range")
	}
	if status, _ := put(chunkUnit, 2*chunkUnit); status != 400 {
		t.Error("the second first:", status)
	}
	if status, _ := put(0, 1000); status != 400 {
		t.Error("no whole unit:", status)
	}
	if status, has := put(0, chunkUnit); status != 308 || has != fmt.Sprintf("bytes=0-%d", chunkUnit-1) {
		t.Error("the first:", status, has)
	}
	if status, _, header, _ := w.ask("PUT", to, "", "Content-Range", fmt.Sprintf("bytes */%d", size)); status != 308 || header.Get("Range") != fmt.Sprintf("bytes=0-%d", chunkUnit-1) {
		t.Error("how far it is:", status, header)
	}
	if status, _, _, _ := w.ask("PUT", to, "", "Content-Range", fmt.Sprintf("bytes */%d", size+1)); status != 400 {
		t.Error("of another length:", status)
	}
	if n := len(w.Stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})); n != 0 {
		t.Errorf("%d videos of a third of a file", n)
	}
	if status, _ := put(chunkUnit, size); status != 201 {
		t.Error("the rest:", status)
	}
	// Asked again, the same video is told and no second one is made.
	if status, _, _, _ := w.ask("PUT", to, "", "Content-Range", fmt.Sprintf("bytes */%d", size)); status != 200 {
		t.Error("afterwards:", status)
	}
	if n := len(w.Stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})); n != 1 {
		t.Errorf("%d videos", n)
	}
	_, _, to = w.begin(meta1, size)
	w.Stage.Clock.Advance(30 * time.Minute)
	w.n.EndSessions()
	if status, _ := put(0, chunkUnit); status != 404 {
		t.Error("a session that has ended:", status)
	}
}

func TestOnlyWhatIsPublishedIsTaken(t *testing.T) {
	w := raise(t, Options{})
	of := func(snippet, status string) string { return `{"snippet":{` + snippet + `},"status":{` + status + `}}` }
	for what, body := range map[string]string{
		"a property that is none":      of(`"title":"a","colour":"red"`, `"privacyStatus":"public"`),
		"no title":                     of(`"title":""`, `"privacyStatus":"public"`),
		"a title of 101":               of(`"title":"`+strings.Repeat("é", 101)+`"`, `"privacyStatus":"public"`),
		"angle brackets":               of(`"title":"a <b>"`, `"privacyStatus":"public"`),
		"a description of 5,001 bytes": of(`"title":"a","description":"`+strings.Repeat("é", 2501)+`"`, `"privacyStatus":"public"`),
		"a state that is none":         of(`"title":"a"`, `"privacyStatus":"hidden"`),
		"a category that is none":      of(`"title":"a","categoryId":"99"`, `"privacyStatus":"public"`),
		"a date for what is public":    of(`"title":"a"`, `"privacyStatus":"public","publishAt":"2027-01-01T10:00:00Z"`),
	} {
		if status, reason, to := w.begin(body, 1000); status != 400 || reason == "" || to != "" {
			t.Errorf("%s: %d %s", what, status, reason)
		}
	}
	for _, path := range []string{"/youtube/v3/videos?part=snippet&id=a&colour=red", "/youtube/v3/videos?part=everything&id=a", "/youtube/v3/videos?id=a"} {
		if status, reason, _, _ := w.ask("GET", path, ""); status != 400 || reason == "" {
			t.Errorf("%s: %d %s", path, status, reason)
		}
	}
	if status, _, _, _ := w.ask("GET", "/youtube/v3/captions/nothing", ""); status != 404 {
		t.Error(status)
	}
}

func TestTheSameFileTwiceIsRejectedAtTheEnd(t *testing.T) {
	w := raise(t, Options{})
	first, second := w.video(film(4096)), w.video(film(4096))
	state := func(id string) (string, string) {
		_, _, _, said := w.ask("GET", "/youtube/v3/videos?part=status&id="+id, "")
		items, _ := said["items"].([]any)
		if len(items) != 1 {
			return "", ""
		}
		status, _ := items[0].(map[string]any)["status"].(map[string]any)
		reason, _ := status["rejectionReason"].(string)
		return fmt.Sprint(status["uploadStatus"]), reason
	}
	for _, id := range []string{first, second} {
		if got, _ := state(id); got != "uploaded" {
			t.Error("at once:", got)
		}
	}
	w.Stage.Clock.Advance(21 * time.Second)
	if got, _ := state(first); got != "processed" {
		t.Error("the first:", got)
	}
	if got, reason := state(second); got != "rejected" || reason != "duplicate" {
		t.Error("the second:", got, reason)
	}
}

func TestADayHasAnEndInCalifornia(t *testing.T) {
	w := raise(t, Options{Units: 60, Uploads: 1})
	id := w.video(film(4096))
	if status, reason, _ := w.begin(meta1, 4096); status != 403 || reason != "quotaExceeded" {
		t.Error("a second upload:", status, reason)
	}
	w.Stage.Clock.Advance(21 * time.Second)
	say := func(text string) (int, string) {
		status, reason, _, _ := w.ask("POST", "/youtube/v3/commentThreads?part=snippet",
			`{"snippet":{"channelId":"`+w.who.ID+`","videoId":"`+id+`","topLevelComment":{"snippet":{"textOriginal":"`+text+`"}}}}`)
		return status, reason
	}
	if status, reason := say(""); status != 400 || reason != "commentTextRequired" {
		t.Error("nothing:", status, reason)
	}
	// What was refused has cost its fifty units all the same.
	if status, reason := say("Bonjour"); status != 403 || reason != "quotaExceeded" {
		t.Error("too much for a day:", status, reason)
	}
	if units, uploads := w.n.Used(); units != 50 || uploads != 1 {
		t.Error(units, uploads)
	}
	// It is a new day in London and in Paris, and not yet in California.
	w.Stage.Clock.Advance(21 * time.Hour)
	w.who.Access = w.fresh()
	if status, reason := say("Bonjour"); status != 403 || reason != "quotaExceeded" {
		t.Error("before midnight there:", status, reason)
	}
	w.Stage.Clock.Advance(time.Hour)
	w.who.Access = w.fresh()
	if status, reason := say("Bonjour"); status != 200 {
		t.Error("the next day:", status, reason)
	}
}

// fresh gives another key of the channel: the first lives for an hour.
func (w *world) fresh() string {
	w.n.mu.Lock()
	defer w.n.mu.Unlock()
	return w.n.issue(&token{kind: accessing, channel: w.who.ID, scopes: allScopes(), expires: w.n.stage.Clock.Now().Add(accessLife)}).value
}

func TestKeysOpenWhatTheyAreFor(t *testing.T) {
	w := raise(t, Options{})
	w.n.mu.Lock()
	poor := w.n.issue(&token{kind: accessing, channel: w.who.ID, scopes: []string{scopeRead}, expires: w.n.stage.Clock.Now().Add(accessLife)}).value
	w.n.mu.Unlock()
	if status, reason, _, _ := w.ask("POST", "/youtube/v3/commentThreads?part=snippet", "{}", "Authorization", "Bearer "+poor); status != 403 || reason != "insufficientPermissions" {
		t.Error("without the scope:", status, reason)
	}
	w.Stage.Clock.Advance(accessLife + time.Second)
	if status, reason, header, _ := w.ask("GET", "/youtube/v3/channels?part=id&mine=true", ""); status != 401 || header.Get("WWW-Authenticate") == "" {
		t.Error("an hour later:", status, reason)
	}
}
