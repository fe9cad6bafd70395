import pg from 'pg';

export async function count() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    const { rows } = await client.query('select count(*)::int as visits from visits');
    return { visits: rows[0].visits, layer: process.env.LAYER };
  } finally {
    await client.end();
  }
}

export const environment = async () => process.env;
