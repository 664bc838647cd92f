package tiktok_test

import (
	"encoding/json"
	"fmt"
)

// told are webhooks of one account at both APIs: two posts can be seen by everybody; a
// comment and a reply are written, hidden, shown and deleted.
func told() [][]byte {
	one := func(post int) []byte {
		return fmt.Appendf(nil, `{"client_key":"awtiktokkey","event":"post.publish.publicly_available","create_time":1763900000,"user_openid":"-0001","content":"{\"publish_id\":\"v_pub_file~v2-1.7\",\"post_id\":%d,\"publish_type\":\"DIRECT_PUBLISH\"}"}`, post)
	}
	return [][]byte{one(7412345678901234567), one(7412345678901234568),
		updated("insert", 7100000000000000001, 0, 1763900001), updated("insert", 7100000000000000002, 7100000000000000001, 1763900002),
		updated("set_to_hidden", 7100000000000000001, 0, 1763900003), updated("set_to_public", 7100000000000000001, 0, 1763900004),
		updated("set_to_hidden", 7100000000000000001, 0, 1763900005), updated("set_to_friends_only", 7100000000000000002, 7100000000000000001, 1763900006),
		updated("delete", 7100000000000000001, 0, 1763900007),
		mentioned("VIDEO MENTION", "CREATE", "7412345678901239999", "0", "https://www.tiktok.com/@lectrice.nantes/video/7412345678901239999"),
		mentioned("VIDEO_MENTION", "EDIT", "7412345678901239999", "0", "https://www.tiktok.com/@lectrice.nantes/video/7412345678901239999"),
		mentioned("COMMENT", "CREATE", "7412345678901238888", "7100000000000000009", "https://www.tiktok.com/@someone.else/video/7412345678901238888")}
}

// mentioned is a webhook of TikTok API for Business about a mention, as descriptions of it
// have it: ids are texts, and the sort of mention is written in two ways.
func mentioned(in, what, video, comment, link string) []byte {
	content, err := json.Marshal(fmt.Sprintf(`{"type_of_event":%q,"mention_type":%q,"video_id":%q,"video_create_time":1763896400,"open_id_of_mentioned_user":"biz-1","unique_name_of_mentioned_user":"hirondelle","unique_identifier":"+ABc1D2/E0f","share_url":%q,"video_caption":"Chez @hirondelle","comment_id":%q}`,
		what, in, video, link, comment))
	if err != nil {
		panic(err) // a text
	}
	return fmt.Appendf(nil, `{"client_key":"awbusinesskey","event":"brand.mention.event","create_time":1763900100,"user_openid":"biz-1","content":%s}`, content)
}

// updated is a webhook of TikTok API for Business about a comment, as its example has it
// (business-api.tiktok.com portal docs 1810515104773122, quoted by others): ids are numbers.
func updated(action string, id, top, at int64) []byte {
	kind, more := "comment", ""
	if top != 0 {
		kind, more = "reply", fmt.Sprintf(`"parent_comment_id":%d,`, top)
	}
	content, err := json.Marshal(fmt.Sprintf(`{"comment_id":%d,"video_id":7412345678901234567,%s"comment_type":%q,"comment_action":%q,"timestamp":%d,"unique_identifier":"+ABc1D2/E0f","text":"Bonjour"}`,
		id, more, kind, action, at))
	if err != nil {
		panic(err) // a text
	}
	return fmt.Appendf(nil, `{"client_key":"awbusinesskey","event":"comment.update","create_time":%d,"user_openid":"biz-1","content":%s}`, at+60, content)
}
