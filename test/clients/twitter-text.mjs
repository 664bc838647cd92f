// Counts texts with the library that X publishes, twitter-text:
//
//   node twitter-text.mjs FILE [FOLDER]
//
// FILE holds a JSON list of texts; FOLDER is where the library is installed, when that is not here. What is told, one line for
// each text, is its weighted length and the links in it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const [file, folder = '.'] = process.argv.slice(2)
const { parseTweet, extractUrls } = createRequire(resolve(folder, 'package.json'))('twitter-text')

for (const text of JSON.parse(readFileSync(file, 'utf8'))) {
  console.log(JSON.stringify({ length: parseTweet(text).weightedLength, links: extractUrls(text.normalize()) }))
}
