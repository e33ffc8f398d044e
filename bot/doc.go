// Package bot is who is asking: it remembers and speaks, where package kb only knows.
package bot
