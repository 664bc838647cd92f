package bluesky

// The record rules that matter, written by hand from the published lexicons. A test holds them against the lexicon files.

type kind string

const (
	kindObject  kind = "object"
	kindArray   kind = "array"
	kindString  kind = "string"
	kindInteger kind = "integer"
	kindBlob    kind = "blob"
	kindUnion   kind = "union"
	kindAny     kind = "unknown"
)

type shape struct {
	kind      kind
	max       int // bytes of a string, items of an array, bytes of a blob; 0 is no limit
	graphemes int
	min       int
	format    string
	accept    []string
	required  []string
	fields    map[string]*shape
	item      *shape
	refs      map[string]*shape
}

// recordRule is one record type: its key rule ("tid" or "literal:self") and its shape.
type recordRule struct {
	key   string
	shape *shape
}

type fields map[string]*shape

func structure(required []string, f fields) *shape {
	return &shape{kind: kindObject, required: required, fields: f}
}
func array(max int, item *shape) *shape     { return &shape{kind: kindArray, max: max, item: item} }
func text(max, graphemes int) *shape        { return &shape{kind: kindString, max: max, graphemes: graphemes} }
func format(name string) *shape             { return &shape{kind: kindString, format: name} }
func integer(min int) *shape                { return &shape{kind: kindInteger, min: min} }
func blob(max int, accept ...string) *shape { return &shape{kind: kindBlob, max: max, accept: accept} }
func union(refs map[string]*shape) *shape   { return &shape{kind: kindUnion, refs: refs} }
func need(names ...string) []string         { return names }
func records() map[string]recordRule {
	ref := structure(need("uri", "cid"), fields{"uri": format("at-uri"), "cid": format("cid")})
	labels := union(map[string]*shape{"com.atproto.label.defs#selfLabels": structure(need("values"), fields{
		"values": array(10, structure(need("val"), fields{"val": text(128, 0)}))})})
	reaction := structure(need("subject", "createdAt"), fields{"subject": ref, "createdAt": format("datetime"), "via": ref})
	gate := structure(nil, nil)
	return map[string]recordRule{
		"app.bsky.feed.post":   {"tid", postShape(ref, labels)},
		"app.bsky.feed.like":   {"tid", reaction},
		"app.bsky.feed.repost": {"tid", reaction},
		"app.bsky.graph.follow": {"tid", structure(need("subject", "createdAt"), fields{
			"subject": format("did"), "createdAt": format("datetime"), "via": ref})},
		"app.bsky.graph.block": {"tid", structure(need("subject", "createdAt"), fields{
			"subject": format("did"), "createdAt": format("datetime")})},
		"app.bsky.feed.threadgate": {"tid", structure(need("post", "createdAt"), fields{
			"post": format("at-uri"), "createdAt": format("datetime"), "hiddenReplies": array(300, format("at-uri")),
			"allow": array(5, union(map[string]*shape{
				"app.bsky.feed.threadgate#mentionRule": gate, "app.bsky.feed.threadgate#followerRule": gate,
				"app.bsky.feed.threadgate#followingRule": gate,
				"app.bsky.feed.threadgate#listRule":      structure(need("list"), fields{"list": format("at-uri")})}))})},
		"app.bsky.feed.postgate": {"tid", structure(need("post", "createdAt"), fields{
			"post": format("at-uri"), "createdAt": format("datetime"), "detachedEmbeddingUris": array(50, format("at-uri")),
			"embeddingRules": array(5, union(map[string]*shape{"app.bsky.feed.postgate#disableRule": gate}))})},
		"app.bsky.actor.profile": {"literal:self", structure(nil, fields{
			"displayName": text(640, 64), "description": text(2560, 256), "pronouns": text(200, 20), "website": format("uri"),
			"avatar": blob(1000000, "image/png", "image/jpeg"), "banner": blob(1000000, "image/png", "image/jpeg"),
			"labels": labels, "joinedViaStarterPack": ref, "pinnedPost": ref, "createdAt": format("datetime")})},
		"chat.bsky.actor.declaration": {"literal:self", structure(need("allowIncoming"), fields{
			"allowIncoming": text(0, 0), "allowGroupInvites": text(0, 0)})},
	}
}

func postShape(ref, labels *shape) *shape {
	ratio := structure(need("width", "height"), fields{"width": integer(1), "height": integer(1)})
	image := fields{"image": blob(2000000, "image/*"), "alt": text(0, 0), "aspectRatio": ratio}
	media := map[string]*shape{
		"app.bsky.embed.images": structure(need("images"), fields{"images": array(4, structure(need("image", "alt"), image))}),
		"app.bsky.embed.gallery": structure(need("items"), fields{"items": array(20, union(map[string]*shape{
			"app.bsky.embed.gallery#image": structure(need("image", "alt", "aspectRatio"), image)}))}),
		"app.bsky.embed.video": structure(need("video"), fields{"video": blob(300000000, "video/mp4"), "alt": text(0, 0),
			"aspectRatio": ratio, "presentation": text(0, 0), "captions": array(20, structure(need("lang", "file"), fields{
				"lang": format("language"), "file": blob(20000, "text/vtt")}))}),
		"app.bsky.embed.external": structure(need("external"), fields{"external": structure(need("uri", "title", "description"), fields{
			"uri": format("uri"), "title": text(0, 0), "description": text(0, 0), "thumb": blob(1000000, "image/*"),
			"associatedRefs": array(0, ref)})}),
	}
	quote := structure(need("record"), fields{"record": ref})
	embed := map[string]*shape{"app.bsky.embed.record": quote,
		"app.bsky.embed.recordWithMedia": structure(need("record", "media"), fields{"record": quote, "media": union(media)})}
	for name, s := range media {
		embed[name] = s
	}
	return structure(need("text", "createdAt"), fields{
		"text": text(3000, 300), "createdAt": format("datetime"), "embed": union(embed), "labels": labels,
		"facets": array(0, facetShape()), "langs": array(3, format("language")), "tags": array(8, text(640, 64)),
		"reply": structure(need("root", "parent"), fields{"root": ref, "parent": ref}),
		"entities": array(0, structure(need("index", "type", "value"), fields{
			"index": structure(need("start", "end"), fields{"start": integer(0), "end": integer(0)}), "type": text(0, 0), "value": text(0, 0)})),
	})
}

func facetShape() *shape {
	return structure(need("index", "features"), fields{
		"index": structure(need("byteStart", "byteEnd"), fields{"byteStart": integer(0), "byteEnd": integer(0)}),
		"features": array(0, union(map[string]*shape{
			"app.bsky.richtext.facet#mention": structure(need("did"), fields{"did": format("did")}),
			"app.bsky.richtext.facet#link":    structure(need("uri"), fields{"uri": format("uri")}),
			"app.bsky.richtext.facet#tag":     structure(need("tag"), fields{"tag": text(640, 64)}),
		}))})
}
