using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SmartSink.Ledger.Report;
using SmartSink.Shared;

namespace SmartSink.Http.Api;

/// <summary>The API's description of itself, /openapi/v1.json, made of its endpoints when somebody asks for it.</summary>
internal static class ApiDocument
{
    private const string Name = "v1";
    private const string Token = "token";

    /// <summary>Where it is.</summary>
    public const string Path = $"/openapi/{Name}.json";

    /// <summary>Adds how answers become JSON, and what makes the document.</summary>
    public static void AddApi(this IServiceCollection services)
    {
        services.Configure<JsonOptions>(options => ApiJson.Set(options.SerializerOptions));
        services.AddOpenApi(Name, options =>
        {
            // Every page that can be read can be asked for by HEAD.
            options.ShouldInclude = endpoint => endpoint.HttpMethod != HttpMethods.Head;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "SmartSink",
                    Version = ProductVersion.Text,
                    Description = "Observes and controls a mail sink. Reading is open to anyone who can reach the port; changes are accepted from loopback, and from elsewhere with the token in SINK_API_TOKEN.",
                };
                document.AddComponent<IOpenApiSecurityScheme>(Token, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "SINK_API_TOKEN" });
                return Task.CompletedTask;
            });
            options.AddOperationTransformer(TransformAsync);
        });
    }

    public static void MapApiDocument(this IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json").WithMetadata(BehindGate.Metadata);

    private static async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var parameter in metadata.OfType<ApiParameter>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Description = parameter.Description,
                Required = parameter.IsRequired,
                Schema = new OpenApiSchema
                {
                    Type = parameter.Type switch { "integer" => JsonSchemaType.Integer, "boolean" => JsonSchemaType.Boolean, _ => JsonSchemaType.String },
                    Minimum = parameter.Least?.ToString(CultureInfo.InvariantCulture),
                    Maximum = parameter.Most?.ToString(CultureInfo.InvariantCulture),
                    Enum = parameter.Words.Count == 0 ? null : [.. parameter.Words],
                },
            });
        }

        if (metadata.OfType<ApiBody>().FirstOrDefault() is { } body)
        {
            IOpenApiSchema schema = body.Type == typeof(string)
                ? new OpenApiSchema { Type = JsonSchemaType.String }
                : await context.GetOrCreateSchemaAsync(body.Type, cancellationToken: cancellation);
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = body.ContentTypes.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = schema }, StringComparer.Ordinal),
            };
        }

        if (!HttpMethods.IsGet(context.Description.HttpMethod!))
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Token, context.Document)] = [] }];
        }
    }
}

/// <summary>How the API's answers become JSON.</summary>
internal static class ApiJson
{
    // Each file of endpoints knows its own.
    private static readonly IJsonTypeInfoResolver[] Contexts =
    [
        HttpJson.Default, PolicyJson.Default, OverrideJson.Default, OverlayJson.Default, StatsJson.Default, ConnectionsJson.Default, EventsJson.Default,
        ReportApiJson.Default, ReportJson.Default,
    ];

    /// <summary>The same for what is written by hand.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Nothing is serialised that no context knows: what works in a test works in the native program.</summary>
    public static void Set(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.WriteIndented = true;

        // Texts are for people. The answers are JSON, are said to be nothing else, and never part of a web page.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.TypeInfoResolverChain.Clear();
        foreach (var context in Contexts)
        {
            options.TypeInfoResolverChain.Add(context);
        }
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Set(options);
        return options;
    }
}
