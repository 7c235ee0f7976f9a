using System.Reflection;

namespace SmartSink.Shared;

internal static class ProductVersion
{
    /// <summary>As <c>--version</c>, log and metrics show it.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
