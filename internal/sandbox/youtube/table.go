package youtube

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// The scopes, without what all of them begin with.
const (
	scopePrefix   = "https://www.googleapis.com/auth/"
	scopeAll      = "youtube"
	scopeSSL      = "youtube.force-ssl"
	scopeRead     = "youtube.readonly"
	scopeUpload   = "youtube.upload"
	scopeAnalysis = "yt-analytics.readonly"
)

func allScopes() []string { return []string{scopeSSL, scopeAnalysis} }

func reading() []string { return []string{scopeAll, scopeSSL, scopeRead} }
func writing() []string { return []string{scopeAll, scopeSSL} }

// operation is one method of the API as it is published.
type operation struct {
	cost   int
	scopes []string
	must   []string            // parameters that have to be there
	may    map[string]string   // the others: string, bool, number, list
	enums  map[string][]string // values of a parameter
	parts  []string            // values of part
	body   bool
	run    func(*ask) (any, *fault)
}

// everywhere are the parameters that every method takes.
func everywhere() map[string]string {
	return map[string]string{"alt": "string", "prettyPrint": "bool", "fields": "string", "key": "string", "quotaUser": "string",
		"uploadType": "string", "upload_protocol": "string", "$.xgafv": "string"}
}

func videoParts() []string {
	return []string{"id", "snippet", "status", "statistics", "processingDetails", "contentDetails", "paidProductPlacementDetails", "fileDetails", "player", "localizations"}
}

// operations are those that this sandbox plays; others answer 404, so that nobody relies on them unproven.
func operations() map[string]operation {
	paged := func(more map[string]string) map[string]string {
		more["maxResults"], more["pageToken"] = "number", "string"
		return more
	}
	states := []string{"published", "heldForReview", "likelySpam", "rejected"}
	formats := []string{"html", "plainText", "textFormatUnspecified"}
	return map[string]operation{
		"GET videos": {cost: 1, scopes: reading(), must: []string{"part"}, parts: videoParts(),
			may: paged(map[string]string{"id": "list", "hl": "string"}), run: (*ask).listVideos},
		"PUT videos":          {cost: 50, scopes: writing(), must: []string{"part"}, parts: videoParts(), body: true, run: (*ask).updateVideo},
		"DELETE videos":       {cost: 50, scopes: writing(), must: []string{"id"}, run: (*ask).deleteVideo},
		"POST thumbnails/set": {cost: 50, scopes: append(writing(), scopeUpload), must: []string{"videoId"}, run: (*ask).setThumbnail},
		"GET captions": {cost: 50, scopes: []string{scopeSSL}, must: []string{"part", "videoId"}, parts: []string{"id", "snippet"},
			may: map[string]string{"id": "list"}, run: (*ask).listCaptions},
		"POST captions": {cost: 400, scopes: []string{scopeSSL}, must: []string{"part"}, parts: []string{"id", "snippet"}, may: map[string]string{"sync": "bool"}, run: (*ask).insertCaption},
		"GET channels": {cost: 1, scopes: reading(), must: []string{"part"}, parts: []string{"id", "snippet", "statistics", "contentDetails", "status"},
			may: paged(map[string]string{"mine": "bool", "id": "list"}), run: (*ask).listChannels},
		"GET commentThreads": {cost: 1, scopes: []string{scopeSSL}, must: []string{"part"}, parts: []string{"id", "snippet", "replies"},
			may: paged(map[string]string{"id": "list", "videoId": "string", "channelId": "string", "allThreadsRelatedToChannelId": "string",
				"order": "string", "moderationStatus": "string", "textFormat": "string", "searchTerms": "string"}),
			enums: map[string][]string{"order": {"time", "relevance", "orderUnspecified"}, "moderationStatus": states, "textFormat": formats},
			run:   (*ask).listThreads},
		"POST commentThreads": {cost: 50, scopes: []string{scopeSSL}, must: []string{"part"}, parts: []string{"id", "snippet", "replies"}, body: true, run: (*ask).insertThread},
		"GET comments": {cost: 1, scopes: []string{scopeSSL}, must: []string{"part"}, parts: []string{"id", "snippet"},
			may:   paged(map[string]string{"id": "list", "parentId": "string", "textFormat": "string"}),
			enums: map[string][]string{"textFormat": formats}, run: (*ask).listComments},
		"POST comments":   {cost: 50, scopes: []string{scopeSSL}, must: []string{"part"}, parts: []string{"id", "snippet"}, body: true, run: (*ask).insertComment},
		"PUT comments":    {cost: 50, scopes: []string{scopeSSL}, must: []string{"part"}, parts: []string{"id", "snippet"}, body: true, run: (*ask).updateComment},
		"DELETE comments": {cost: 50, scopes: []string{scopeSSL}, must: []string{"id"}, run: (*ask).deleteComment},
		"POST comments/setModerationStatus": {cost: 50, scopes: []string{scopeSSL}, must: []string{"id", "moderationStatus"},
			may: map[string]string{"banAuthor": "bool"}, enums: map[string][]string{"moderationStatus": states}, run: (*ask).moderate},
		"GET playlists": {cost: 1, scopes: reading(), must: []string{"part"}, parts: []string{"id", "snippet", "status", "contentDetails"},
			may: paged(map[string]string{"mine": "bool", "id": "list", "channelId": "string"}), run: (*ask).listPlaylists},
		"GET playlistItems": {cost: 1, scopes: reading(), must: []string{"part"}, parts: []string{"id", "snippet", "status", "contentDetails"},
			may: paged(map[string]string{"playlistId": "string", "videoId": "string", "id": "list"}), run: (*ask).listItems},
		"POST playlistItems": {cost: 50, scopes: writing(), must: []string{"part"}, parts: []string{"id", "snippet", "status", "contentDetails"}, body: true, run: (*ask).insertItem},
		"GET subscriptions": {cost: 1, scopes: reading(), must: []string{"part"}, parts: []string{"id", "snippet", "subscriberSnippet", "contentDetails"},
			may: paged(map[string]string{"myRecentSubscribers": "bool", "mySubscribers": "bool", "mine": "bool", "order": "string"}), run: (*ask).listSubscribers},
	}
}

// check holds the parameters of a request against what is published.
func (o operation) check(q url.Values) *fault {
	for name, values := range q {
		kind, known := o.may[name]
		if !known && slices.Contains(o.must, name) {
			kind, known = "list", true
		}
		if !known {
			kind, known = everywhere()[name]
		}
		if !known {
			return bad("global", "badRequest", "Invalid JSON payload received. Unknown name %q: Cannot bind query parameter. Field '%s' could not be found in request message.", name, name).at(name)
		}
		for _, v := range values {
			wrong := false
			switch kind {
			case "bool":
				wrong = v != "true" && v != "false"
			case "number":
				_, err := strconv.ParseUint(v, 10, 31)
				wrong = err != nil
			}
			if allowed := o.enums[name]; allowed != nil && !slices.Contains(allowed, v) {
				wrong = true
			}
			if wrong {
				return bad("global", "invalidParameter", "Invalid value at '%s': %q", name, v).at(name)
			}
		}
	}
	for _, name := range o.must {
		if q.Get(name) == "" {
			return bad("youtube.parameter", "missingRequiredParameter", "No filter selected. Expected one of: %s", name).at(name)
		}
	}
	if o.parts != nil {
		for _, p := range split(q["part"]) {
			if !slices.Contains(o.parts, p) {
				return bad("youtube.part", "unknownPart", "%s", p).at("part")
			}
		}
	}
	return nil
}

// split reads a list: several times the parameter, or commas.
func split(values []string) []string {
	var all []string
	for _, v := range values {
		for one := range strings.SplitSeq(v, ",") {
			if one = strings.TrimSpace(one); one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

const (
	pathAPI       = "/youtube/v3/"
	pathUpload    = "/upload/youtube/v3/"
	pathResumable = "/resumable/upload/youtube/v3/"
)

// place takes a path apart: the method's name, and whether it brings a file.
func place(path string) (name string, upload bool) {
	for _, p := range []string{pathResumable, pathUpload} {
		if rest, ok := strings.CutPrefix(path, p); ok {
			return rest, true
		}
	}
	name, _ = strings.CutPrefix(path, pathAPI)
	return name, false
}

// action tells the stage what a request does, by its method, path and query: bodies are not read for it. An update of the status alone
// counts as publishing: it is how a video that waits in private is made public.
func (n *Network) action(r *http.Request) sandbox.Action {
	name, upload := place(r.URL.Path)
	switch {
	case strings.HasPrefix(r.URL.Path, "/o/") || strings.HasPrefix(r.URL.Path, "/picture/"):
		return ""
	case r.URL.Path == "/token" || r.URL.Path == "/revoke":
		return sandbox.Token
	case r.URL.Path == "/v2/reports":
		return sandbox.Insights
	case name == "captions" && r.Method != http.MethodGet:
		return sandbox.Subtitle
	case name == "thumbnails/set":
		return sandbox.Edit
	case upload:
		n.mu.Lock()
		defer n.mu.Unlock()
		if s := n.sessions[r.URL.Query().Get("upload_id")]; s != nil && s.meta.Privacy != "private" {
			return sandbox.Publish
		}
		if t := r.URL.Query().Get("uploadType"); t == "multipart" || t == "media" {
			return sandbox.Publish
		}
		return sandbox.Upload
	case r.Method == http.MethodGet:
		return sandbox.Read
	case r.Method == http.MethodDelete:
		return sandbox.Delete
	}
	switch name {
	case "videos":
		if slices.Equal(split(r.URL.Query()["part"]), []string{"status"}) {
			return sandbox.Publish
		}
		return sandbox.Edit
	case "comments", "commentThreads":
		if r.Method == http.MethodPut {
			return sandbox.Edit
		}
		return sandbox.Reply
	case "comments/setModerationStatus":
		if r.URL.Query().Get("banAuthor") == "true" {
			return sandbox.Ban
		}
		return sandbox.Hide
	}
	return sandbox.Edit
}
