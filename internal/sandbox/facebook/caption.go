package facebook

import (
	"bytes"
	"regexp"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// captionName is how a file of captions is called: its locale stands before its end.
var captionName = regexp.MustCompile(`^[^/]+\.([a-z]{2,3}_[A-Z]{2})\.srt$`)

var captionTime = regexp.MustCompile(`(?m)^\d{2,}:\d{2}:\d{2},\d{3} --> \d{2,}:\d{2}:\d{2},\d{3}\r?$`)

// captions is GET and POST /{video}/captions. One that Facebook made by listening stands among ours.
func (a *ask) captions(v *video) (any, *graph.Fault) {
	if v.post != nil && a.n.posts[v.post.id] == nil { // it was deleted
		return nil, graph.Missing(a.p.Method, a.id)
	}
	if a.isGet() {
		all := []map[string]any{{"locale": "en_US", "locale_name": "English (auto-generated)", "is_auto_generated": true, "is_default": false}}
		for _, c := range v.captions {
			if !c.listed.After(a.now) {
				all = append(all, map[string]any{"locale": c.locale, "locale_name": c.locale, "is_auto_generated": false, "is_default": false})
			}
		}
		return map[string]any{"data": all}, nil
	}
	if err := may(a.token, v.page, "pages_manage_posts"); err != nil {
		return nil, err
	}
	name := captionName.FindStringSubmatch(a.p.Name)
	switch {
	case a.p.Field != "captions_file" || len(a.p.File) == 0:
		return nil, graph.Invalid("The parameter captions_file is required")
	case name == nil:
		return nil, graph.No(400, 385, 1363120, "Invalid locale: the file has to be named filename.locale.srt")
	case bytes.HasPrefix(a.p.File, []byte("WEBVTT")) || !captionTime.Match(a.p.File):
		return nil, graph.No(400, 386, 1363121, "The captions file is not a valid SubRip file")
	}
	entry := sandbox.Entry{Account: v.page.id, Action: sandbox.Subtitle, Object: v.id + "/" + name[1], Parent: v.id, Text: name[1]}
	for _, c := range v.captions {
		entry.Repeat = entry.Repeat || c.locale == name[1]
	}
	if !entry.Repeat {
		v.captions = append(v.captions, caption{name[1], a.now.Add(a.call.ListedLate())})
	}
	a.call.Accept(entry)
	return graph.Done(), nil
}
