package x_test

import (
	"fmt"

	"github.com/kithhq/kith/internal/network/networktest"
)

// told are events of one account: somebody answers and likes a post, follows, writes
// in private, and a post of ours is gone.
func told() [][]byte {
	post := `{"id":"%d","text":"Bonjour","author_id":"2222","created_at":"2026-07-24T21:23:23.000Z","conversation_id":"11","edit_history_tweet_ids":["%d"],"in_reply_to_user_id":"1111","referenced_tweets":[{"type":"replied_to","id":"11"}]}`
	return [][]byte{
		happened("post.reply.create", fmt.Sprintf(post, 21, 21)),
		happened("post.mention.create", fmt.Sprintf(post, 22, 22)),
		happened("like.create", `{"id":"a1","liked_tweet_id":"11","liked_tweet_author_id":"1111","timestamp_ms":"1784928224372"}`),
		happened("follow.follow", `{"source":{"data":{"id":"2222","username":"zoe","name":"Zoé"}},"target":{"data":{"id":"1111"}}}`),
		happened("dm.received", `{"direct_message_events":[`+wrote(3)+`]}`),
		happened("post.delete", `{"id":"11","author_id":"1111"}`),
	}
}

func happened(kind, payload string) []byte {
	return fmt.Appendf(nil, `{"data":{"filter":{"user_id":"1111"},"event_type":"%s","payload":%s,"includes":{"users":[{"data":{"id":"2222","username":"zoe","name":"Zoé"}}]}}}`, kind, payload)
}

func wrote(i int) string {
	return fmt.Sprintf(`{"type":"message_create","id":"91%d","created_timestamp":"1784928224372","message_create":{"target":{"recipient_id":"1111"},"sender_id":"33%d","message_data":{"text":"Bonjour"}}}`, i, i)
}

// crowd is what n people wrote.
func crowd(n int) []byte {
	return happened("dm.received", `{"direct_message_events":[`+networktest.Joined(n, wrote)+`]}`)
}
