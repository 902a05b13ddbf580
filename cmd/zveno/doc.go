// Command zveno is the whole of Zveno: the server, and the commands by which an administrator looks after it. It is the
// only package that knows all others, and does no more than read the command line, wire them and print.
package main
