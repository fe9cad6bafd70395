/** A container: it tells its environment, counts in the database, and finishes what it has begun. */
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 2_000 });
pool.on('error', () => console.log('A connection was lost.'));

async function count(): Promise<number> {
  await pool.query('create table if not exists visits (id serial primary key)');
  await pool.query('insert into visits default values');
  const { rows } = await pool.query('select count(*)::int as visits from visits');
  return rows[0].visits;
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://container');
  try {
    if (pathname === '/slow') await new Promise((resolve) => setTimeout(resolve, 600));
    const body = pathname === '/count' ? await count() : { pid: process.pid, env: process.env };
    response.end(JSON.stringify(body));
  } catch (error) {
    response.writeHead(503).end(String(error));
  }
});

server.listen(Number(process.env.PORT), process.env.HOST, () => console.log('The container listens.'));
process.once('SIGTERM', () => {
  server.close(() => {
    console.log('The container has finished.');
    void pool.end();
  });
});
