namespace Godzilla.Presence.Leases;

/// <summary>
/// What runs inside Redis, by its clock. Each script changes the state and numbers and publishes the changes in one step, so all replicas
/// see the same changes with the same numbers.
/// </summary>
/// <remarks>
/// <para>A published message is the number of its last change and then one change a line: <c>+user</c> came, <c>-user</c> is gone,
/// <c>^user</c> is back before watchers were told, <c>!user</c> is gone for watchers too, <c>&gt;user discussion</c> types,
/// <c>&lt;user discussion</c> has stopped. A heartbeat is one line: <c>h replica number version</c>.</para>
/// <para>Versions begin at the clock's microseconds, and jump there when Redis was started again: what was lost with Redis, the last
/// numbers included, cannot be taken for something else.</para>
/// </remarks>
internal static class Scripts
{
    private const string Common = """
        local leases, users, anonymous, typing, leaving, active, seen, version, run = unpack(KEYS)
        local channel, leave_delay = ARGV[1], tonumber(ARGV[2])
        local time = redis.call('TIME')
        local micros = time[1] * 1000000 + time[2]
        local now = math.floor(micros / 1000)
        local changes, left, fresh = {}, {}, {}

        local function note(kind, what) changes[#changes + 1] = kind .. what end
        local function text(number) return string.format('%.0f', number) end
        local function user_of(member) return string.sub(member, 1, string.find(member, ' ', 1, true) - 1) end

        local function arrive(user)
          redis.call('ZADD', active, now, user)
          if redis.call('HINCRBY', users, user, 1) == 1 then
            note(redis.call('ZREM', leaving, user) == 1 and '^' or '+', user)
          end
        end

        local function depart(user)
          if redis.call('HINCRBY', users, user, -1) <= 0 then
            redis.call('HDEL', users, user)
            redis.call('HDEL', anonymous, user)
            redis.call('ZREM', active, user)
            redis.call('ZADD', seen, now, user)
            redis.call('ZADD', leaving, now + leave_delay, user)
            left[user] = true
            note('-', user)
          end
        end

        local function publish()
          if next(left) then
            for _, member in ipairs(redis.call('ZRANGE', typing, 0, -1)) do
              if left[user_of(member)] and not fresh[member] then
                redis.call('ZREM', typing, member)
                note('<', member)
              end
            end
          end
          if #changes == 0 then return tonumber(redis.call('GET', version) or '0'), '' end
          local last = redis.call('INCRBY', version, #changes)
          if last == #changes then
            last = micros + #changes
            redis.call('SET', version, text(last))
          end
          local message = text(last) .. '\n' .. table.concat(changes, '\n')
          redis.call('PUBLISH', channel, message)
          return last, message
        end

        """;

    /// <summary>Arguments: channel, leave delay, lease, lease without an id, typing; then kind, user and id of each operation.</summary>
    public const string Update = Common + """
        local lease, anonymous_lease, typing_time = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
        for i = 6, #ARGV, 3 do
          local kind, user, id = ARGV[i], ARGV[i + 1], ARGV[i + 2]
          if kind == 'hold' or kind == 'touch' then
            if redis.call('ZADD', leases, now + lease, user .. ' ' .. id) == 1 then
              arrive(user)
            elseif kind == 'touch' then
              redis.call('ZADD', active, now, user)
            end
          elseif kind == 'end' then
            if redis.call('ZREM', leases, user .. ' ' .. id) == 1 then depart(user) end
          elseif kind == 'more' then
            local count = redis.call('HINCRBY', anonymous, user, 1)
            if redis.call('ZADD', leases, now + anonymous_lease, user .. ' ~' .. count) == 1 then arrive(user) end
          elseif kind == 'less' then
            local count = tonumber(redis.call('HGET', anonymous, user) or '0')
            if count > 0 then
              redis.call('HINCRBY', anonymous, user, -1)
              if redis.call('ZREM', leases, user .. ' ~' .. count) == 1 then
                depart(user)
              else
                redis.call('HDEL', anonymous, user)
              end
            end
          elseif kind == 'type' then
            local member = user .. ' ' .. id
            redis.call('ZADD', active, now, user)
            fresh[member] = true
            if redis.call('ZADD', typing, now + typing_time, member) == 1 then note('>', member) end
          elseif kind == 'stop' then
            if redis.call('ZREM', typing, user .. ' ' .. id) == 1 then note('<', user .. ' ' .. id) end
          end
        end
        local last, message = publish()
        return { last, message }
        """;

    /// <summary>Ends what is over, and publishes a heartbeat. Arguments: channel, leave delay, replica, number, how long users are remembered.</summary>
    public const string Sweep = Common + """
        for _, user in ipairs(redis.call('ZRANGEBYSCORE', leaving, '-inf', now, 'LIMIT', 0, 1000)) do
          redis.call('ZREM', leaving, user)
          note('!', user)
        end
        for _, member in ipairs(redis.call('ZRANGEBYSCORE', typing, '-inf', now, 'LIMIT', 0, 1000)) do
          redis.call('ZREM', typing, member)
          note('<', member)
        end
        for _, member in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, 1000)) do
          redis.call('ZREM', leases, member)
          depart(user_of(member))
        end
        if ARGV[4] % 256 == 0 then
          redis.call('ZREMRANGEBYSCORE', seen, '-inf', now - ARGV[5])
          redis.call('ZREMRANGEBYSCORE', active, '-inf', now - ARGV[5])
        end
        local last = publish()
        redis.call('PUBLISH', channel, 'h ' .. ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. text(last))
        return last
        """;

    /// <summary>Reads everything. Arguments: channel, leave delay.</summary>
    public const string Load = Common + """
        local this_run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
        if redis.call('GET', run) ~= this_run then
          redis.call('SET', run, this_run)
          redis.call('SET', version, text(math.max(micros, tonumber(redis.call('GET', version) or '0') + 1)))
        end
        return {
          tonumber(redis.call('GET', version) or '0'),
          redis.call('HKEYS', users),
          redis.call('ZRANGE', leaving, 0, -1),
          redis.call('ZRANGE', typing, 0, -1),
        }
        """;

    /// <summary>What is known of users. Arguments: channel, leave delay; then their names. Returns now, then for each: connections, activity, last seen.</summary>
    public const string Status = Common + """
        local found = { text(now) }
        for i = 3, #ARGV do
          found[#found + 1] = redis.call('HGET', users, ARGV[i]) or '0'
          found[#found + 1] = redis.call('ZSCORE', active, ARGV[i]) or '0'
          found[#found + 1] = redis.call('ZSCORE', seen, ARGV[i]) or '0'
        end
        return found
        """;
}
