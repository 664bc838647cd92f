package bluesky

// mayAnswer says whether the gate of a thread lets somebody in. The real network takes the
// record all the same and shows it to nobody; here nothing is written.
func (n *Network) mayAnswer(root *record, who *account) bool {
	owner := n.accounts[root.did]
	gate := owner.repo["app.bsky.feed.threadgate"][root.rkey]
	if gate == nil || who.did == root.did {
		return true
	}
	allow, limited := gate.value["allow"].([]any)
	for _, item := range allow {
		rule, _ := item.(object)
		switch rule["$type"] {
		case "app.bsky.feed.threadgate#followerRule":
			if follows(who, owner) {
				return true
			}
		case "app.bsky.feed.threadgate#followingRule":
			if follows(owner, who) {
				return true
			}
		case "app.bsky.feed.threadgate#mentionRule":
			if mentions(root, who.did) {
				return true
			}
		}
	}
	return !limited
}

func follows(a, b *account) bool {
	for _, r := range a.repo["app.bsky.graph.follow"] {
		if r.value["subject"] == b.did {
			return true
		}
	}
	return false
}

func mentions(post *record, did string) bool {
	facets, _ := post.value["facets"].([]any)
	for _, item := range facets {
		facet, _ := item.(object)
		features, _ := facet["features"].([]any)
		for _, item := range features {
			if feature, _ := item.(object); feature["$type"] == "app.bsky.richtext.facet#mention" && feature["did"] == did {
				return true
			}
		}
	}
	return false
}

// rootOf is the first post of the thread that a post stands in; nil where it is gone.
func (n *Network) rootOf(r *record) *record {
	if _, uri := replyOf(r); uri != "" {
		return n.records[uri]
	}
	return r
}
