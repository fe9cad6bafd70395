/** Comes before the program of a container: that ends with the local cloud, however the local cloud ends. */
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();
