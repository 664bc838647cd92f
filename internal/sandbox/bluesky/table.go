package bluesky

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

func (n *Network) table() map[string]route {
	get := func(a auth, call func(*Network, *request) (any, *problem)) route {
		return route{http.MethodGet, a, call}
	}
	post := func(a auth, call func(*Network, *request) (any, *problem)) route {
		return route{http.MethodPost, a, call}
	}
	return map[string]route{
		"_health":                                 get(open, func(*Network, *request) (any, *problem) { return object{"version": "rehearsal"}, nil }),
		"com.atproto.server.createAccount":        post(open, (*Network).createAccount),
		"com.atproto.server.createSession":        post(open, (*Network).createSession),
		"com.atproto.server.refreshSession":       post(refresh, (*Network).refreshSession),
		"com.atproto.server.deleteSession":        post(refresh, (*Network).deleteSession),
		"com.atproto.server.getServiceAuth":       get(access, (*Network).getServiceAuth),
		"app.bsky.video.getUploadLimits":          get(open, (*Network).getUploadLimits),
		"app.bsky.video.uploadVideo":              post(open, (*Network).uploadVideo),
		"app.bsky.video.getJobStatus":             get(open, (*Network).getJobStatus),
		"com.atproto.server.getSession":           get(access, (*Network).getSession),
		"com.atproto.server.describeServer":       get(open, (*Network).describeServer),
		"com.atproto.server.createAppPassword":    post(access, (*Network).createAppPassword),
		"com.atproto.server.listAppPasswords":     get(access, (*Network).listAppPasswords),
		"com.atproto.server.revokeAppPassword":    post(access, (*Network).revokeAppPassword),
		"com.atproto.identity.resolveHandle":      get(open, (*Network).resolveHandle),
		"com.atproto.repo.createRecord":           post(access, (*Network).createRecord),
		"com.atproto.repo.putRecord":              post(access, (*Network).putRecord),
		"com.atproto.repo.deleteRecord":           post(access, (*Network).deleteRecord),
		"com.atproto.repo.applyWrites":            post(access, (*Network).applyWrites),
		"com.atproto.repo.getRecord":              get(open, (*Network).getRecord),
		"com.atproto.repo.listRecords":            get(open, (*Network).listRecords),
		"com.atproto.repo.describeRepo":           get(open, (*Network).describeRepo),
		"com.atproto.repo.uploadBlob":             post(access, (*Network).uploadBlob),
		"com.atproto.sync.listRepos":              get(open, (*Network).listRepos),
		"com.atproto.moderation.createReport":     post(access, (*Network).createReport),
		"app.bsky.actor.getPreferences":           get(access, (*Network).getPreferences),
		"app.bsky.actor.putPreferences":           post(access, (*Network).putPreferences),
		"app.bsky.actor.getProfile":               get(access, (*Network).getProfile),
		"app.bsky.actor.getProfiles":              get(access, (*Network).getProfiles),
		"app.bsky.feed.getPosts":                  get(access, (*Network).getPosts),
		"app.bsky.feed.getPostThread":             get(access, (*Network).getPostThread),
		"app.bsky.feed.getAuthorFeed":             get(access, (*Network).getAuthorFeed),
		"app.bsky.feed.getTimeline":               get(access, (*Network).getTimeline),
		"app.bsky.feed.getLikes":                  get(access, (*Network).getLikes),
		"app.bsky.feed.getRepostedBy":             get(access, (*Network).getRepostedBy),
		"app.bsky.feed.getQuotes":                 get(access, (*Network).getQuotes),
		"app.bsky.graph.getFollows":               get(access, (*Network).getFollows),
		"app.bsky.graph.getFollowers":             get(access, (*Network).getFollowers),
		"app.bsky.graph.getBlocks":                get(access, (*Network).getBlocks),
		"app.bsky.graph.getMutes":                 get(access, (*Network).getMutes),
		"app.bsky.graph.muteActor":                post(access, (*Network).muteActor),
		"app.bsky.graph.unmuteActor":              post(access, (*Network).unmuteActor),
		"app.bsky.notification.listNotifications": get(access, (*Network).listNotifications),
		"app.bsky.notification.getUnreadCount":    get(access, (*Network).getUnreadCount),
		"app.bsky.notification.updateSeen":        post(access, (*Network).updateSeen),
		"chat.bsky.convo.listConvos":              get(access, (*Network).listConvos),
		"chat.bsky.convo.getConvo":                get(access, (*Network).getConvo),
		"chat.bsky.convo.getConvoForMembers":      get(access, (*Network).getConvoForMembers),
		"chat.bsky.convo.getMessages":             get(access, (*Network).getMessages),
		"chat.bsky.convo.getLog":                  get(access, (*Network).getLog),
		"chat.bsky.convo.sendMessage":             post(access, (*Network).sendMessage),
		"chat.bsky.convo.updateRead":              post(access, (*Network).updateRead),
		"chat.bsky.convo.acceptConvo":             post(access, (*Network).acceptConvo),
	}
}

// action says what a request does. For writes of records that is in the body, of which a small one is looked at and put back.
func action(r *http.Request) sandbox.Action {
	name, ok := strings.CutPrefix(r.URL.Path, "/xrpc/")
	if !ok {
		switch r.URL.Path {
		case "/oauth/par", "/oauth/token", "/oauth/revoke":
			return sandbox.Token
		}
		return ""
	}
	switch name {
	case "com.atproto.repo.createRecord", "com.atproto.repo.putRecord", "com.atproto.repo.deleteRecord", "com.atproto.repo.applyWrites":
		return recordAction(name, r)
	case "com.atproto.repo.uploadBlob", "app.bsky.video.uploadVideo":
		return sandbox.Upload
	case "app.bsky.graph.muteActor", "app.bsky.graph.unmuteActor", "com.atproto.moderation.createReport":
		return sandbox.Ban
	case "chat.bsky.convo.sendMessage":
		return sandbox.Message
	case "app.bsky.feed.getPosts", "app.bsky.actor.getProfile", "app.bsky.actor.getProfiles":
		return sandbox.Insights
	case "com.atproto.server.createAccount", "_health":
		return ""
	}
	if strings.HasPrefix(name, "com.atproto.server.") {
		return sandbox.Token
	}
	return sandbox.Read
}

func recordAction(name string, r *http.Request) sandbox.Action {
	const most = 64 << 10
	if r.Body == nil || r.ContentLength > most {
		return sandbox.Publish
	}
	data, _ := io.ReadAll(io.LimitReader(r.Body, most)) // what went wrong shows again when the handler reads on
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(data), r.Body), r.Body}
	var body struct {
		Collection string
		Record     struct{ Reply *struct{} }
		Writes     []struct {
			Type       string `json:"$type"`
			Collection string
			Value      struct{ Reply *struct{} }
		}
	}
	if json.Unmarshal(data, &body) != nil {
		return sandbox.Publish
	}
	deletes := strings.HasSuffix(name, "deleteRecord")
	if len(body.Writes) > 0 {
		first := body.Writes[0]
		body.Collection, body.Record.Reply, deletes = first.Collection, first.Value.Reply, strings.HasSuffix(first.Type, "#delete")
	}
	return actionOf(body.Collection, body.Record.Reply != nil, deletes)
}

func actionOf(collection string, reply, deletes bool) sandbox.Action {
	switch collection {
	case "app.bsky.feed.like":
		return sandbox.Like
	case "app.bsky.feed.repost":
		return sandbox.Repost
	case "app.bsky.graph.follow":
		return sandbox.Follow
	case "app.bsky.graph.block":
		return sandbox.Ban
	case "app.bsky.feed.threadgate", "app.bsky.feed.postgate":
		return sandbox.Hide
	case "app.bsky.actor.profile", "chat.bsky.actor.declaration":
		return sandbox.Edit
	}
	if deletes {
		return sandbox.Delete
	}
	if reply {
		return sandbox.Reply
	}
	return sandbox.Publish
}
