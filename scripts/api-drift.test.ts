import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type DescribedProduct, driftOf, type ReviewedDrift, reviewDrifts } from './api-drift.ts';
import { type ClientLanguage, type ClientOperations, readOperations } from './client-operations.ts';

/** The same two operations as generated clients of each language write them. */
const SOURCES: Readonly<Record<ClientLanguage, string>> = {
  javascript: `
class GetRoleRequest extends $dara.Model {
    static names() {
        return {
            roleName: 'RoleName',
        };
    }
    static types() {
        return {
            roleName: 'string',
        };
    }
}
class GetRoleResponseBodyRoleTask extends $dara.Model {
    static names() {
        return {
            createDate: 'CreateDate',
        };
    }
}
class GetRoleResponseBody extends $dara.Model {
    static names() {
        return {
            requestId: 'RequestId',
            role: 'Role',
        };
    }
}
class TagRolesShrinkRequest extends $dara.Model {
    static names() {
        return {
            tagsShrink: 'Tags',
        };
    }
}
`,
  python: `
class GetRoleRequest(DaraModel):
    def to_map(self):
        if self.role_name is not None:
            result['RoleName'] = self.role_name

class GetRoleResponseBodyRoleTask(DaraModel):
    def to_map(self):
        result['CreateDate'] = self.create_date

class GetRoleResponseBody(DaraModel):
    def to_map(self):
        result['RequestId'] = self.request_id
        result['Role'] = self.role.to_map()

class TagRolesShrinkRequest(DaraModel):
    def to_map(self):
        result['Tags'] = self.tags_shrink
`,
  java: `
public class GetRoleRequest extends TeaModel {
    @NameInMap("RoleName")
    public String roleName;
}
public class GetRoleResponseBody extends TeaModel {
    @NameInMap("RequestId")
    public String requestId;
    @NameInMap("Role")
    public GetRoleResponseBodyRole role;
    public static class GetRoleResponseBodyRoleTask extends TeaModel {
        @NameInMap("CreateDate")
        public String createDate;
    }
}
public class TagRolesShrinkRequest extends TeaModel {
    @NameInMap("Tags")
    public String tagsShrink;
}
`,
  'java-async': `
public class GetRoleRequest extends Request {
    @Host
    @NameInMap("RegionId")
    private String regionId;
    @Query
    @NameInMap("RoleName")
    private String roleName;
}
public class GetRoleResponseBody extends TeaModel {
    @NameInMap("RequestId")
    private String requestId;
    @NameInMap("Role")
    private Role role;
    public static class Task extends TeaModel {
        @NameInMap("CreateDate")
        private String createDate;
    }
}
public class TagRolesShrinkRequest extends Request {
    @Query
    @NameInMap("Tags")
    private String tagsShrink;
}
`,
};

const clientOf = (language: ClientLanguage, text = SOURCES[language]): ClientOperations => {
  const operations: ClientOperations = new Map();
  readOperations(operations, language, text);
  return operations;
};

const described: DescribedProduct = {
  product: 'Ram',
  version: '2015-05-01',
  operations: {
    GetRole: {
      parameters: { RoleName: { type: 'string' } },
      response: { RequestId: 'string', Role: { 'Task?': { CreateDate: 'string' } } },
    },
    TagRoles: { parameters: { Tags: { type: [{ Key: 'string' }] } }, response: { RequestId: 'string' } },
  },
};

describe('operations of a client', () => {
  for (const language of ['javascript', 'python', 'java', 'java-async'] as const) {
    test(`are read from the sources of ${language}, with nested fields and without the frame`, () => {
      const operations = clientOf(language);
      assert.deepEqual([...operations.keys()], ['GetRole', 'TagRoles']);
      assert.deepEqual([...(operations.get('GetRole')?.parameters ?? [])], ['RoleName']);
      assert.deepEqual([...(operations.get('GetRole')?.fields ?? [])].sort(), ['CreateDate', 'Role']);
      assert.deepEqual([...(operations.get('TagRoles')?.parameters ?? [])], ['Tags']);
    });

    test(`of ${language} that are described as they are do not drift`, () => {
      assert.deepEqual(driftOf(described, clientOf(language)), []);
    });
  }
});

describe('the drift of a client', () => {
  const newer = clientOf(
    'python',
    `${SOURCES.python}
class GetRoleResponseBodyRole(DaraModel):
    def to_map(self):
        result['AllowConsoleLogin'] = self.allow_console_login

class UpdateRoleRequest(DaraModel):
    def to_map(self):
        result['RoleName'] = self.role_name

class TagRolesRequest(DaraModel):
    def to_map(self):
        result['Key'] = self.key
        result['DryRun'] = self.dry_run
`,
  );
  const drifts = driftOf(described, newer);

  test('is every operation, parameter and field that is not described', () => {
    assert.deepEqual(drifts, [
      { product: 'Ram', operation: 'GetRole', field: 'AllowConsoleLogin' },
      { product: 'Ram', operation: 'TagRoles', parameter: 'DryRun' },
      { product: 'Ram', operation: 'UpdateRole' },
    ]);
  });

  test('is new unless it is reviewed, by operation or for all of them', () => {
    const reason = 'read';
    const reviewed: readonly ReviewedDrift[] = [
      { product: 'Ram', operation: '*', parameter: 'DryRun', reason },
      { product: 'Ram', operation: 'UpdateRole', reason },
      { product: 'Ram', operation: 'DeleteRole', reason },
    ];
    assert.deepEqual(reviewDrifts(drifts, reviewed), {
      unknown: ['Ram GetRole: field AllowConsoleLogin'],
      stale: ['Ram DeleteRole: operation'],
    });
    assert.equal(reviewDrifts(drifts, []).unknown.length, 3);
  });
});

test('every reviewed drift has a reason and occurs once', () => {
  const reviewed = JSON.parse(
    readFileSync(new URL('reviewed-api-drift.json', import.meta.url), 'utf8'),
  ) as readonly ReviewedDrift[];
  const keys = reviewed.map(({ reason, ...drift }) => {
    assert.ok(reason.length > 10, JSON.stringify(drift));
    return JSON.stringify(drift);
  });
  assert.equal(new Set(keys).size, keys.length);
});
