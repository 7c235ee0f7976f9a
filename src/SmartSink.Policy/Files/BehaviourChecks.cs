using SmartSink.Policy.Model;

namespace SmartSink.Policy.Files;

/// <summary>What domains say of limits and the like makes sense together, and has an effect.</summary>
internal static class BehaviourChecks
{
    private static readonly string[] NeededByBlock = ["after", "for"];

    private static readonly (string Key, string Needed)[] Pairs = [("burst", "rate"), ("after", "messages_per_connection")];

    public static void Check(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        var isGiven = policy.Rules.Any(rule => rule.Set is not null);
        var hasLimits = policy.Rules.Any(rule => rule.Set?.Behaviour?.Gives("limits") ?? false);
        foreach (var domain in policy.Domains.Prepend(policy.Default))
        {
            isGiven |= domain.Behaviour is not null || domain.Throttles is not null;
            hasLimits |= domain.Behaviour?.Gives("limits") ?? false;
        }

        if (!isGiven)
        {
            return;
        }

        var inheritance = new Inheritance(policy);
        foreach (var domain in policy.Domains.Prepend(policy.Default))
        {
            if (domain.Behaviour is { } own)
            {
                var all = inheritance.All(domain);
                CheckTable(own, path => all[path], diagnostics);
                CheckMode(policy, domain, own, inheritance, diagnostics);
            }

            if (domain.Throttles is { } list && !(hasLimits && (domain.Key.IsFallback || inheritance.All(domain).Gives("limits") || policy.Rules.Any(rule => rule.Set is not null))))
            {
                diagnostics.Warning(list.Name.Place, $"{list.Title} is never used, because {(domain.Key.IsFallback ? "no domain has limits" : "the domain has no limits")}");
            }
        }

        foreach (var rule in policy.Rules)
        {
            if (rule.Set?.Behaviour is { } set)
            {
                var tables = rule.Settings.Get<List<DomainKey>>("domain", [DomainKey.Fallback]).Select(name => inheritance.All(policy.TryFind(name, out var domain) ? domain : policy.Default)).ToList();
                CheckTable(set, path => set[path] ?? tables.Find(table => table[path] is not null)?[path], diagnostics);
            }
        }
    }

    /// <summary>Checks what a table gives beside what it inherits.</summary>
    private static void CheckTable(SettingTable own, Func<string, Setting<object>?> all, DiagnosticBag diagnostics)
    {
        if (own.FirstOf("limits.block") is { } block)
        {
            foreach (var key in NeededByBlock.Where(key => all($"limits.block.{key}") is null))
            {
                diagnostics.Error(block, $"block has no {key}");
            }
        }

        foreach (var (key, needed) in Pairs)
        {
            if (own["limits." + key] is { } given && all("limits." + needed) is null)
            {
                diagnostics.Warning(given.Place, $"{key} has no effect without {needed}");
            }
        }

        if ((own["greylist.window"] ?? own["greylist.wait"]) is { } greylist
            && all("greylist.window") is { Value: TimeSpan window } && all("greylist.wait") is { Value: TimeSpan wait } && window <= wait)
        {
            diagnostics.Error(greylist.Place, "the greylist's window is not longer than its wait, so no attempt could pass");
        }
    }

    private static void CheckMode(MergedPolicy policy, DomainEntry domain, SettingTable own, Inheritance inheritance, DiagnosticBag diagnostics)
    {
        var mode = inheritance.ModeOf(domain);
        if (mode is not { Value: "dice" } off)
        {
            return;
        }

        foreach (var (path, setting) in own.All.Where(setting => setting.Key != SettingTable.Mode && policy.IsOwn(setting.Value.Place)).Take(1))
        {
            diagnostics.Warning(setting.Place, $"{path} has no effect, because {SettingTable.Mode} = \"{off.Value}\" at {off.Place} turns {(domain.Key.IsFallback ? "them" : "the domain's behaviour")} off");
        }
    }
}

/// <summary>Rules have all that they need, and can be met.</summary>
internal static class RuleChecks
{
    public static void Check(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        var names = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var rule in policy.Rules.OrderBy(rule => rule.Place.Line))
        {
            if (rule.Settings["name"] is { Value: string name } given && !names.TryAdd(name, given.Place))
            {
                diagnostics.Error(given.Place, $"the name \"{name}\" is already given at {names[name]}");
            }

            if (rule.Kind == RuleKind.Fault)
            {
                CheckFault(rule.Settings, diagnostics);
            }
            else if (rule.Kind == RuleKind.Schedule)
            {
                CheckSchedule(rule.Settings, diagnostics);
            }
        }
    }

    private static void CheckFault(SettingTable fault, DiagnosticBag diagnostics)
    {
        var isAccepting = fault.Get("do", string.Empty) == PolicyKeys.AcceptThenDrop;
        var stage = fault["stage"] ?? default;
        if (isAccepting && stage.Value is string and not "data")
        {
            diagnostics.Error(stage.Place, $"stage = \"{stage.Value}\" cannot be combined with {PolicyKeys.AcceptThenDrop}: a message is accepted at data");
        }

        if (stage.Value is "connect" or "ehlo" or "mail" && fault["recipient"] is { } recipient)
        {
            diagnostics.Error(recipient.Place, $"no recipient is known at stage {stage.Value}");
        }

        if (stage.Value is "connect" or "ehlo" && fault["sender"] is { } sender)
        {
            diagnostics.Error(sender.Place, $"no sender is known at stage {stage.Value}");
        }

        if (fault["when"] is { } when && !isAccepting)
        {
            diagnostics.Error(when.Place, $"when belongs to do = \"{PolicyKeys.AcceptThenDrop}\"");
        }
    }

    private static void CheckSchedule(SettingTable schedule, DiagnosticBag diagnostics)
    {
        var isDaily = schedule.Get("at", RuleTime.Always).TimeOfDay is not null;
        var every = schedule["every"] ?? (isDaily ? schedule["at"] : null);
        var (period, word) = schedule.TryGet<TimeSpan>("every", out var given) ? (given, "every") : (TimeSpan.FromDays(1), "a day");
        if (every is not { } repeated)
        {
            return;
        }

        if (schedule["for"] is not { } length)
        {
            diagnostics.Error(repeated.Place, "a repeating schedule needs for: how long it lasts each time");
        }
        else if (length.Value is TimeSpan time && time > period)
        {
            diagnostics.Error(length.Place, $"the schedule overlaps itself: for is longer than {word}");
        }
    }
}
