-- How many terms Postgres makes of a full-text query.
select numnode(websearch_to_tsquery('english', %(query)s)) as nodes
