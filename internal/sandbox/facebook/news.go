package facebook

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// tell queues news for whoever subscribed; the network's mutex is held.
func (n *Network) tell(p *page, field string, value map[string]any) {
	if n.hook.active && slices.Contains(n.hook.fields, strings.Replace(field, "message_echoes", "messages", 1)) && slices.Contains(p.fields, field) {
		if t, private := n.told(p, value); private && t.other {
			if field = "standby"; !slices.Contains(p.fields, field) {
				return
			}
		}
		n.courier.Take(graph.News{Account: p.id, Field: field, Value: value, At: n.stage.Clock.Now()})
	}
}

// told finds the conversation that private news are about.
func (n *Network) told(p *page, value map[string]any) (*thread, bool) {
	for _, side := range []string{"sender", "recipient"} {
		who, _ := value[side].(map[string]any)
		id, _ := who["id"].(string)
		if f := p.byID[id]; f != nil {
			t := p.thread(f)
			return t, t != nil
		}
	}
	return nil, false
}

func (a author) told() map[string]any { return map[string]any{"id": a.id, "name": a.name} }

func (n *Network) tellPost(o *post, verb string) {
	value := map[string]any{"from": o.from.told(), "post_id": o.id, "created_time": o.created.Unix(), "item": "status", "verb": verb}
	if verb != "remove" {
		value["message"], value["published"] = o.message, 1
	}
	switch {
	case !o.from.page:
		value["item"] = "post"
	case o.video != nil:
		value["item"], value["video_id"] = "video", o.video.id
	case len(o.photos) > 0:
		value["item"], value["photo_id"] = "photo", o.photos[0].id
	case o.link != "":
		value["item"], value["link"] = "share", o.link
	}
	n.tell(o.page, "feed", value)
}

// tellMention is news of the field “mention”. Its reference names from for Workplace alone, and bodies that were seen name nobody.
func (n *Network) tellMention(o *post, verb string) {
	value := map[string]any{"post_id": o.id, "created_time": o.created.Unix(), "item": "post", "verb": verb}
	if verb != "remove" {
		value["message"] = o.message
	}
	n.tell(o.page, "mention", value)
}

// tellNaming is news of the field “mention” of a comment. Its reference has comments in it, with post_id and comment_id.
func (n *Network) tellNaming(c *comment, verb string) {
	value := map[string]any{"post_id": c.post.id, "comment_id": c.id, "created_time": c.created.Unix(), "item": "comment", "verb": verb}
	if verb != "remove" {
		value["message"] = c.message
	}
	n.tell(c.post.page, "mention", value)
}

// tellComment is news of the field “feed”: of what stands below the Page's own posts. Of others the Page hears where it is named.
func (n *Network) tellComment(c *comment, verb string) {
	if c.names && (verb == "edited" || verb == "remove") {
		n.tellNaming(c, verb)
	}
	if c.post.elsewhere {
		return
	}
	value := map[string]any{"from": c.from.told(), "post_id": c.post.id, "comment_id": c.id, "parent_id": c.post.id,
		"created_time": c.created.Unix(), "item": "comment", "verb": verb}
	if c.parent != nil {
		value["parent_id"] = c.parent.id
	}
	if verb != "remove" {
		value["message"] = c.message
		value["post"] = map[string]any{"status_type": c.post.status, "is_published": c.post.published, "updated_time": graph.Stamp(c.post.updated),
			"permalink_url": "https://www.facebook.com/" + c.post.page.id + "/posts/" + c.post.number, "promotion_status": "inactive", "id": c.post.id}
	}
	n.tell(c.post.page, "feed", value)
}

func (n *Network) tellReaction(p *page, o *post, c *comment, r reaction, verb string) {
	value := map[string]any{"from": r.by.told(), "post_id": o.id, "parent_id": o.id, "created_time": r.at.Unix(), "item": "reaction",
		"reaction_type": strings.ToLower(r.kind), "verb": verb}
	if c != nil {
		value["comment_id"], value["parent_id"] = c.id, c.id
	}
	n.tell(p, "feed", value)
}

func (n *Network) tellMessage(m *message) {
	p, f := m.thread.page, m.thread.with
	what := map[string]any{"mid": m.id}
	if m.text != "" {
		what["text"] = m.text
	}
	files := []any{}
	for _, f := range m.files {
		files = append(files, map[string]any{"type": f.kind, "payload": map[string]any{"url": f.url}})
		if f.kind == "sticker" { // until the end of August 2026 it came as both, and nobody says that it never does again
			files = append(files, map[string]any{"type": "image", "payload": map[string]any{"url": f.url, "sticker_id": 369239263222822}})
		}
	}
	if len(files) > 0 {
		what["attachments"] = files
	}
	value := map[string]any{"sender": map[string]any{"id": f.id}, "recipient": map[string]any{"id": p.id}, "timestamp": m.created.UnixMilli(), "message": what}
	field := "messages"
	if m.from.page {
		field = "message_echoes"
		what["is_echo"], what["app_id"] = true, json.Number(n.options.AppID)
		value["sender"], value["recipient"] = value["recipient"], value["sender"]
	}
	n.tell(p, field, value)
}

// Sign answers the two signature headers of a webhook body.
func Sign(secret string, body []byte) (sha256Header, sha1Header string) {
	return graph.Sign(secret, body)
}
