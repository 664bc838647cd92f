// One line of JSON for each step: {"step", "ok", "result"} or {"step", "ok": false, "error", "status"}.
import { crc32, deflateSync } from 'node:zlib'

const known = {}

// step does something and remembers its result under its name. What went wrong is said, and the next step is tried.
export async function step(name, act) {
  try {
    known[name] = (await act(known)) ?? null
    console.log(JSON.stringify({ step: name, ok: true, result: known[name] }))
  } catch (err) {
    const status = err.statusCode ?? err.status ?? err.response?.status
    const said = err.response?.error?.message ?? err.response?.data?.error?.message ?? err.message
    console.log(JSON.stringify({ step: name, ok: false, error: `${err.name}: ${said}`, status }))
  }
}

// refused is a step that must be refused with one of these statuses.
export function refused(name, statuses, act) {
  return step(name, async (known) => {
    let answer
    try {
      answer = await act(known)
    } catch (err) {
      const status = err.statusCode ?? err.status ?? err.response?.status
      if (statuses.includes(status)) return { status }
      throw err
    }
    throw new Error(`it was not refused: ${JSON.stringify(answer)?.slice(0, 200)}`)
  })
}

// talk lets somebody of the rehearsal's cast act, through the stage's control door.
export async function talk(door, act) {
  const response = await fetch(new URL('/sandbox/talk', door), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(act),
  })
  const said = await response.json()
  if (!response.ok) throw new Error(`talk: ${said.error?.message}`)
  return said
}

// picture is a real PNG, drawn here.
export function picture(width = 64, height = 48) {
  const rows = Buffer.alloc((width * 3 + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set([x * 4, y * 5, 128], y * (width * 3 + 1) + 1 + x * 3)
  }
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const size = Buffer.alloc(4)
    const sum = Buffer.alloc(4)
    size.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([size, body, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
