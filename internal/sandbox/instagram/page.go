package instagram

import (
	"net/http"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// onPage is the Page an account is linked to: with Facebook login, conversations and subscriptions belong to it.
func (a *ask) onPage(acc *account) (any, *graph.Fault) {
	if err := a.facebookOnly(); err != nil {
		return nil, err
	}
	if err := a.may(acc); err != nil {
		return nil, err
	}
	switch {
	case a.edge == "" && a.isGet():
		return a.showPage(acc, a.fields)
	case a.edge == "conversations" && a.isGet():
		if a.p.Get("platform") != "instagram" && a.p.Get("platform") != "INSTAGRAM" {
			return map[string]any{"data": []any{}}, nil
		}
		return a.conversations(acc)
	case a.edge == "messages" && a.isPost():
		return a.send(acc)
	case a.edge == "moderate_conversations" && a.isPost():
		return a.moderate(acc)
	case a.edge == "subscribed_apps":
		return a.subscribedApps(acc, &acc.pageFields)
	}
	return a.nothing("Page")
}

func (a *ask) showPage(acc *account, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("Page", fs, graph.Names("name"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return acc.page, true, true, nil
		case "name":
			return acc.name, true, true, nil
		case "tasks":
			return []string{"ANALYZE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"}, true, true, nil
		case "access_token":
			if a.token.Kind != "USER" {
				return a.token.Value, true, true, nil
			}
			return a.n.issue("EAAG", a.token.PageToken(acc.id)), true, true, nil
		case "instagram_business_account", "connected_instagram_account":
			v, err := a.showAccount(acc, f.Inner)
			return v, true, true, err
		}
		return nil, false, false, nil
	})
}

// onAccount is the professional account itself.
func (a *ask) onAccount(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "basic"); err != nil {
		return nil, err
	}
	switch {
	case a.edge == "" && a.isGet():
		return a.showAccount(acc, a.fields)
	case a.edge == "media" && a.isPost():
		return a.contain(acc)
	case a.edge == "media" && a.isGet(), a.edge == "stories" && a.isGet():
		return a.mediaList(acc)
	case a.edge == "tags" && a.isGet():
		return a.tags(acc)
	case a.edge == "media_publish" && a.isPost():
		return a.publish(acc)
	case a.edge == "content_publishing_limit" && a.isGet():
		return a.limit(acc)
	case a.edge == "insights" && a.isGet():
		return a.accountInsights(acc)
	case a.edge == "mentions" && a.isPost():
		return a.answerMention(acc)
	case a.token.Kind == "IG" && a.edge == "conversations" && a.isGet():
		return a.conversations(acc)
	case a.token.Kind == "IG" && a.edge == "messages" && a.isPost():
		return a.send(acc)
	case a.token.Kind == "IG" && a.edge == "subscribed_apps":
		return a.subscribedApps(acc, &acc.fields)
	}
	return a.nothing("IGUser")
}

func (a *ask) showAccount(acc *account, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("IGUser", fs, graph.Names("id"), func(f graph.Field) (any, bool, bool, *graph.Fault) { return a.accountField(acc, f) })
}

func (a *ask) accountField(acc *account, f graph.Field) (any, bool, bool, *graph.Fault) {
	switch f.Name {
	case "id":
		return acc.id, true, true, nil
	case "username":
		return acc.username, true, true, nil
	case "name":
		return acc.name, true, true, nil
	case "biography":
		return "A pretended account.", true, true, nil
	case "followers_count":
		return acc.followers + len(acc.follows), true, true, nil
	case "follows_count":
		return 87, true, true, nil
	case "media_count":
		return len(acc.media), true, true, nil
	case "profile_picture_url":
		return a.base + "/picture/" + acc.id + ".png", true, true, nil
	case "mentioned_comment", "mentioned_media":
		v, err := a.mentioned(acc, f)
		return v, err == nil, true, err
	}
	return nil, false, false, nil
}

// moderate is POST /{page}/moderate_conversations: block_user and unblock_user, for people with whom there is a conversation.
func (a *ask) moderate(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "messages"); err != nil {
		return nil, err
	}
	ids := a.p.List("user_ids")
	if len(ids) == 0 || len(ids) > 10 {
		return nil, graph.Invalid("Provide 1 to 10 user_ids")
	}
	for _, action := range a.p.List("actions") {
		switch strings.ToLower(action) {
		case "block_user", "unblock_user", "move_to_spam":
		default:
			return nil, graph.Invalid("Param actions[0] must be one of {BLOCK_USER, UNBLOCK_USER, MOVE_TO_SPAM} - got %q.", action)
		}
		for _, one := range ids {
			id := strings.Trim(strings.TrimPrefix(strings.ReplaceAll(one, " ", ""), `{"id":`), `"}`)
			f := acc.byID[id]
			if f == nil || acc.thread(f) == nil {
				return nil, graph.No(http.StatusBadRequest, 100, 2534014, "(#100) No conversation exists with this user")
			}
			acc.blocked[id] = strings.EqualFold(action, "block_user")
			a.call.Accept(sandbox.Entry{Account: acc.id, Action: sandbox.Ban, Object: id, Text: strings.ToLower(action)})
		}
	}
	return graph.Done(), nil
}
