import type { Migration } from '../migrate.ts';

/** Indexes of tags that end in the resource's id, so that lists by tag are paged in their order. */
export const tagIndexes: Migration = {
  name: '0015-tag-indexes',
  async up(database) {
    await database.schema
      .createIndex('tags_bearers_of_value')
      .on('tags')
      .columns(['account_id', 'resource_type', 'tag_key', 'tag_value', 'resource_id'])
      .execute();
    await database.schema
      .createIndex('tags_bearers_of_key')
      .on('tags')
      .columns(['account_id', 'resource_type', 'tag_key', 'resource_id'])
      .execute();
    await database.schema.dropIndex('tags_value').execute();
  },
};
