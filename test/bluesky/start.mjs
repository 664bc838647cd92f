// The reference Bluesky network on loopback: PLC, PDS and AppView, with a few people who live there.
//
//   DB_POSTGRES_URL=… REDIS_HOST=127.0.0.1:… node --import ./loopback.mjs --import ./documents.mjs start.mjs
//
// One line of JSON says where everything is. Then every line on stdin is a command {"id", "do", …} and is answered by one
// line {"id", "ok": true, "result"} or {"id", "ok": false, "error", "status", "message"}. It ends when stdin does.
import readline from 'node:readline'
import { TestNetwork } from '@atproto/dev-env'
import { AtpAgent } from '@atproto/api'
import { commands } from './commands.mjs'

const out = (value) => process.stdout.write(JSON.stringify(value) + '\n')
const loopback = (url) => url.replace('//localhost:', '//127.0.0.1:')

const network = await TestNetwork.create({ dbPostgresSchema: 'kith' })

const world = {
  network,
  appview: new AtpAgent({ service: loopback(network.bsky.url) }),
  people: new Map(),
  async settle(timeout = 20_000) {
    await network.processAll(timeout)
  },
  // account makes a person, signed in with the official client.
  async account(handle, password = `${handle}-password`) {
    const agent = new AtpAgent({ service: loopback(network.pds.url) })
    await agent.createAccount({ handle, email: `${handle.replaceAll('.', '-')}@kith.test`, password })
    const person = { handle, did: agent.assertDid, password, agent }
    this.people.set(handle, person)
    this.people.set(person.did, person)
    return person
  },
}

const accounts = []
for (const handle of ['alice.test', 'bob.test', 'carol.test']) {
  const { did, password } = await world.account(handle)
  accounts.push({ handle, did, password })
}
await world.settle()

out({
  pds: loopback(network.pds.url),
  appview: loopback(network.bsky.url),
  plc: loopback(network.plc.url),
  accounts,
})

async function answer(line) {
  let command = {}
  try {
    command = JSON.parse(line)
    const act = Object.hasOwn(commands, command.do) ? commands[command.do] : undefined
    if (!act) throw new Error(`no such command: ${command.do}; there are: ${Object.keys(commands).join(' ')}`)
    out({ id: command.id, ok: true, result: (await act(world, command)) ?? null })
  } catch (err) {
    out({ id: command?.id, ok: false, error: err.error ?? err.name, status: err.status, message: err.message })
  }
}

let closing
function close() {
  closing ??= (async () => {
    setTimeout(() => process.exit(1), 15_000).unref()
    await network.close()
    process.exit(0)
  })().catch((err) => {
    console.error(err)
    process.exit(1)
  })
}
process.on('SIGTERM', close)
process.on('SIGINT', close)

const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity })
lines.on('line', (line) => void (line.trim() && answer(line)))
lines.on('close', close)
