namespace Godzilla.Inference.Budgets;

/// <summary>
/// What runs inside Redis, by its clock: each script is one step that nobody can come between. docs/inference.md says what the keys hold.
/// </summary>
/// <remarks>
/// <para>A reservation is <c>user, key, model, tokens, money, second, day</c>, one a line; the last two are when it was admitted, and what
/// it costs counts then. A record of usage is what <see cref="Usage.UsageRecord"/> reads.</para>
/// <para>An epoch is the time, in microseconds, at which this Redis was found without memory, or with an old one: it is another process, or
/// its data is gone. What was reserved before does not count then; those who hold reservations make them again.</para>
/// </remarks>
internal static class BudgetScripts
{
    private const string Common = """
        local epoch_key, reservations, leases, index, months, pending, user_minute, key_minute, expired, withdrawn = unpack(KEYS)
        local clock = redis.call('TIME')
        local second = tonumber(clock[1])
        local micros = second * 1000000 + tonumber(clock[2])
        local now = math.floor(micros / 1000)

        local function text(number) return string.format('%.0f', number) end
        local function get(key, field) return tonumber(redis.call('HGET', key, field) or '0') end

        local function split(lines)
          local parts = {}
          for part in string.gmatch(lines .. '\n', '(.-)\n') do parts[#parts + 1] = part end
          return parts
        end

        local function current_epoch()
          local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
          local known = redis.call('GET', epoch_key)
          if known and string.sub(known, 1, #run) == run then return string.sub(known, #run + 2) end
          redis.call('SET', epoch_key, run .. ' ' .. text(micros))
          redis.call('DEL', reservations, leases)
          return text(micros)
        end

        local function add(prefix, tokens, money)
          if tokens ~= 0 then redis.call('HINCRBY', months, prefix .. 't', text(tokens)) end
          if money ~= 0 then redis.call('HINCRBY', months, prefix .. 'm', text(money)) end
        end

        local function add_to_owners(kind, month, key, tokens, money)
          add(kind .. month .. ':u:', tokens, money)
          if key ~= '' then add(kind .. month .. ':k:' .. key .. ':', tokens, money) end
        end

        local function held(epoch) return 'h:' .. epoch .. ':' end

        local function keep_months() redis.call('EXPIRE', months, 5356800) end

        """;

    /// <summary>The day, the month, and when that ends in milliseconds, of a time in seconds since 1970. Redis's Lua knows no dates.</summary>
    public const string Calendar = """
        local function date(seconds)
          local function is_leap(year) return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) end
          local days, year, month = math.floor(seconds / 86400), 1970, 1
          while days >= (is_leap(year) and 366 or 365) do
            days = days - (is_leap(year) and 366 or 365)
            year = year + 1
          end
          local lengths = { 31, is_leap(year) and 29 or 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
          while days >= lengths[month] do
            days = days - lengths[month]
            month = month + 1
          end
          local day = string.format('%04d-%02d-%02d', year, month, days + 1)
          return day, string.sub(day, 1, 7), (seconds - seconds % 86400 + (lengths[month] - days) * 86400) * 1000
        end

        """;

    /// <summary>
    /// Arguments: id, user, key, model, tokens, money, lease and the time after a new epoch in milliseconds; then four limits of the user and
    /// four of the key, 0 for none. Answers <c>admitted</c>, <c>refused</c>, <c>cold</c> (the month is to be loaded) or <c>wait</c>.
    /// </summary>
    public const string Reserve = Common + Calendar + """
        local id, user, key, model = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
        local tokens, money = tonumber(ARGV[5]), tonumber(ARGV[6])
        local epoch = current_epoch()
        if micros - tonumber(epoch) < ARGV[8] * 1000 or redis.call('EXISTS', withdrawn) == 1 then return { 'wait' } end

        local day, month, month_ends = date(second)
        if redis.call('HGET', months, 'loaded:' .. month) ~= epoch then return { 'cold', month } end

        -- Seconds are counted whole: the window is 60 s and what is left of the second.
        local oldest = second - 60
        local function slide(minute)
          local from = tonumber(redis.call('HGET', minute, 'from'))
          if not from then return 0, 0 end
          if from < oldest then
            local requests, used = 0, 0
            for past = from, oldest - 1 do
              local count = redis.call('HMGET', minute, 'r' .. past, 't' .. past)
              if count[1] then
                requests, used = requests + count[1], used + count[2]
                redis.call('HDEL', minute, 'r' .. past, 't' .. past)
              end
            end
            redis.call('HINCRBY', minute, 'r', text(0 - requests))
            redis.call('HINCRBY', minute, 't', text(0 - used))
            redis.call('HSET', minute, 'from', oldest)
          end
          return get(minute, 'r'), get(minute, 't')
        end

        local function frees(at) return (at + 61) * 1000 - now end

        local function counts(minute, kind)
          local fields = {}
          for past = oldest, second do fields[#fields + 1] = kind .. past end
          return redis.call('HMGET', minute, unpack(fields))
        end

        local function free_again(minute, kind)
          if get(minute, kind .. second) > 0 then return frees(second) end
          local all = counts(minute, kind)
          for i = #all, 1, -1 do
            if tonumber(all[i] or '0') > 0 then return frees(oldest + i - 1) end
          end
          return 0
        end

        local function wait_for(minute, kind, excess)
          for i, count in ipairs(counts(minute, kind)) do
            excess = excess - tonumber(count or '0')
            if excess <= 0 then return frees(oldest + i - 1) end
          end
          return frees(second)
        end

        -- The refusal that lasts longest is the one to tell; -1 is for ever.
        local refusal
        local function check(limit, owner, allowed, used, wanted, wait)
          if allowed == 0 or used + wanted <= allowed then return end
          local lasts = wanted > allowed and math.huge or wait(used + wanted - allowed)
          if not refusal or lasts > refusal.lasts then
            refusal = { lasts = lasts, answer = { 'refused', limit, owner, allowed, allowed - used, wanted, lasts == math.huge and -1 or lasts } }
          end
        end

        local owners = { { minute = user_minute, name = 'u:', first = 8 } }
        if key ~= '' then owners[2] = { minute = key_minute, name = 'k:' .. key .. ':', first = 12 } end
        for number, owner in ipairs(owners) do
          local function limit(kind) return tonumber(ARGV[owner.first + kind]) end
          owner.is_rated = limit(1) > 0 or limit(2) > 0
          owner.requests, owner.tokens = 0, 0
          if owner.is_rated then owner.requests, owner.tokens = slide(owner.minute) end
          local function used(kind)
            return get(months, 's:' .. month .. ':' .. owner.name .. kind) + get(months, held(epoch) .. month .. ':' .. owner.name .. kind)
          end
          local function month_end() return month_ends - now end
          check(0, number - 1, limit(1), owner.requests, 1, function(excess) return wait_for(owner.minute, 'r', excess) end)
          check(1, number - 1, limit(2), owner.tokens, tokens, function(excess) return wait_for(owner.minute, 't', excess) end)
          if limit(3) > 0 then check(2, number - 1, limit(3), used('t'), tokens, month_end) end
          if limit(4) > 0 then check(3, number - 1, limit(4), used('m'), money, month_end) end
        end

        local answer = refusal and refusal.answer or { 'admitted', epoch, second, day, 0, 0, 0 }
        if not refusal then
          for _, owner in ipairs(owners) do
            if owner.is_rated then
              owner.requests, owner.tokens = owner.requests + 1, owner.tokens + tokens
              redis.call('HSETNX', owner.minute, 'from', second)
              for kind, amount in pairs({ r = 1, t = tokens }) do
                redis.call('HINCRBY', owner.minute, kind, text(amount))
                redis.call('HINCRBY', owner.minute, kind .. second, text(amount))
              end
              redis.call('PEXPIRE', owner.minute, 62000)
            end
          end
          add_to_owners(held(epoch), month, key, tokens, money)
          redis.call('HSET', reservations, id, table.concat({ user, key, model, text(tokens), text(money), second, day }, '\n'))
          redis.call('ZADD', leases, text(now + ARGV[7]), id)
        end
        for number = 1, 2 do
          local owner = owners[number]
          local is_rated = owner and owner.is_rated
          answer[#answer + 1] = is_rated and owner.requests or 0
          answer[#answer + 1] = is_rated and owner.requests > 0 and free_again(owner.minute, 'r') or 0
          answer[#answer + 1] = is_rated and owner.tokens or 0
          answer[#answer + 1] = is_rated and owner.tokens > 0 and free_again(owner.minute, 't') or 0
        end
        return answer
        """;

    /// <summary>
    /// Arguments: id, <c>settle</c>, <c>cancel</c>, <c>withdraw</c> or <c>expire</c>, tokens of the prompt, of the completion and from the cache, money; the
    /// epoch and the reservation as they were when it was admitted (empty if unknown), and who writes the usage. Answers with the epoch and,
    /// if there is usage to write, the id and the record.
    /// </summary>
    public const string Finish = Common + """
        local id, mode = ARGV[1], ARGV[2]
        local prompt, completion, money = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[6])
        local is_withdrawn = mode == 'withdraw'
        if is_withdrawn then mode = 'cancel' end
        local epoch = current_epoch()
        local entry, is_held, was_expired = redis.call('HGET', reservations, id), true, false
        if mode == 'expire' then
          if not entry or tonumber(redis.call('ZSCORE', leases, id) or '0') > now then return { epoch } end
        elseif not entry then
          is_held = false
          entry = redis.call('GET', expired)
          was_expired = entry
          if not entry and mode == 'cancel' then
            -- Its admission may still be on the way.
            redis.call('SET', withdrawn, '', 'EX', 120)
            return { epoch }
          elseif not entry then
            local record = redis.call('HGET', pending, id)
            if record then return { epoch, id, record } end
            if ARGV[7] == epoch then return { epoch } end
            entry = ARGV[8]
          end
        end

        local user, key, model, most_tokens, most_money, admitted, day = unpack(split(entry))
        most_tokens, most_money = tonumber(most_tokens), tonumber(most_money)
        local month, lost = string.sub(day, 1, 7), 0
        if mode == 'cancel' then prompt, completion, money = 0, 0, 0 end
        if mode == 'expire' then lost, money = most_tokens, most_money end
        local spent = prompt + completion + lost

        if is_held then add_to_owners(held(epoch), month, key, 0 - most_tokens, 0 - most_money) end
        if was_expired then add_to_owners('s:', month, key, 0 - most_tokens, 0 - most_money) end
        add_to_owners('s:', month, key, spent, money)
        if is_held or was_expired then
          for _, minute in ipairs({ user_minute, key_minute }) do
            if (minute ~= key_minute or key ~= '') and redis.call('HEXISTS', minute, 't' .. admitted) == 1 then
              redis.call('HINCRBY', minute, 't', text(spent - most_tokens))
              redis.call('HINCRBY', minute, 't' .. admitted, text(spent - most_tokens))
              if is_withdrawn then
                redis.call('HINCRBY', minute, 'r', -1)
                redis.call('HINCRBY', minute, 'r' .. admitted, -1)
              end
            end
          end
        end
        redis.call('HDEL', reservations, id)
        redis.call('ZREM', leases, id)
        redis.call('DEL', expired)
        if mode == 'expire' then redis.call('SET', expired, entry, 'EX', 86400) end
        if mode == 'cancel' and not was_expired then return { epoch } end

        -- What was written when it ran out is taken back by a second record.
        local requests = 1
        if was_expired then
          id, lost, money = id .. 'c', 0 - most_tokens, money - most_money
          requests = mode == 'cancel' and -1 or 0
        end
        local record = table.concat({
          ARGV[9], user, key, model, day, requests, text(prompt), text(completion), ARGV[5], text(lost), text(money), text(now), epoch }, '\n')
        redis.call('HSET', pending, id, record)
        redis.call('ZADD', index, text(now), id .. '\n' .. user)
        redis.call('HINCRBY', months, 'version', 1)
        keep_months()
        return { epoch, id, record }
        """;

    /// <summary>Renews leases. Arguments: the lease in milliseconds, then ids. Answers with the epoch and the ids that are not there.</summary>
    public const string Renew = Common + """
        local answer = { current_epoch() }
        for i = 2, #ARGV do
          if redis.call('ZSCORE', leases, ARGV[i]) then
            redis.call('ZADD', leases, text(now + ARGV[1]), ARGV[i])
          else
            answer[#answer + 1] = ARGV[i]
          end
        end
        return answer
        """;

    /// <summary>Makes a reservation again that Redis has lost. Arguments: id, its epoch, the reservation, the lease. Answers with the epoch.</summary>
    public const string Restore = Common + """
        local id, entry, epoch = ARGV[1], ARGV[3], current_epoch()
        if epoch ~= ARGV[2] and redis.call('HSETNX', reservations, id, entry) == 1 then
          local user, key, model, tokens, money, admitted, day = unpack(split(entry))
          add_to_owners(held(epoch), string.sub(day, 1, 7), key, tonumber(tokens), tonumber(money))
          redis.call('ZADD', leases, text(now + ARGV[4]), id)
          keep_months()
        end
        return epoch
        """;

    /// <summary>
    /// Arguments: how old usage must be, in milliseconds, before another writes it, and how much to take. Answers with the epoch, its age in
    /// milliseconds, the ids whose lease has run out, and the usage that nobody has written: id and user.
    /// </summary>
    public const string Sweep = Common + """
        local epoch = current_epoch()
        local ended = redis.call('ZRANGE', leases, '-inf', text(now), 'BYSCORE', 'LIMIT', 0, ARGV[2])
        local unwritten = redis.call('ZRANGE', index, '-inf', text(now - ARGV[1]), 'BYSCORE', 'LIMIT', 0, ARGV[2])
        for _, member in ipairs(unwritten) do redis.call('ZADD', index, text(now), member) end
        return { epoch, math.floor((micros - tonumber(epoch)) / 1000), ended, unwritten }
        """;

    /// <summary>Which usage is still to be written. Arguments: ids. Answers with the epoch and a record, or nothing, for each.</summary>
    public const string Pending = Common + """
        local answer = { current_epoch() }
        for i = 1, #ARGV do answer[#answer + 1] = redis.call('HGET', pending, ARGV[i]) or '' end
        return answer
        """;

    /// <summary>
    /// Notes that usage is written. Arguments: user, then id, epoch and month of each. A record that this Redis never had may be missing in
    /// what was loaded since, so that is loaded again.
    /// </summary>
    public const string Written = Common + """
        local epoch = current_epoch()
        for i = 2, #ARGV, 3 do
          if redis.call('HDEL', pending, ARGV[i]) == 0 and ARGV[i + 1] ~= epoch then
            redis.call('HDEL', months, 'loaded:' .. ARGV[i + 2])
          end
          redis.call('ZREM', index, ARGV[i] .. '\n' .. ARGV[1])
        end
        redis.call('HINCRBY', months, 'version', 1)
        keep_months()
        return epoch
        """;

    /// <summary>What must not change while a month is loaded. Answers with the epoch, the version and all usage that is still to be written, id and record.</summary>
    public const string Look = Common + """
        return { current_epoch(), redis.call('HGET', months, 'version') or '0', redis.call('HGETALL', pending) }
        """;

    /// <summary>
    /// Sets what was spent in a month, unless something has changed. Arguments: month, version; then owner, tokens and money. Answers 1 if it
    /// was set.
    /// </summary>
    public const string Load = Common + """
        local month, epoch = ARGV[1], current_epoch()
        if (redis.call('HGET', months, 'version') or '0') ~= ARGV[2] then return 0 end
        local live = held(epoch)
        for _, field in ipairs(redis.call('HKEYS', months)) do
          if field ~= 'version' and string.sub(field, 1, #live) ~= live then redis.call('HDEL', months, field) end
        end
        for i = 3, #ARGV, 3 do add('s:' .. month .. ':' .. ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])) end
        redis.call('HSET', months, 'loaded:' .. month, epoch)
        keep_months()
        return 1
        """;
}
